#include "store/postgres/connection_string.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <set>

#include "push/core/text.hpp"
#include "store/postgres/connection_settings.hpp"

namespace push::store::postgres {
namespace {

using Settings = ConnectionSettings;

// What is shown.
constexpr const char* kShown[] = {"host", "hostaddr", "port", "dbname", "user", "service"};

// What Gotify's driver takes for itself, besides pool_... .
constexpr const char* kOfDriver[] = {
    "default_query_exec_mode", "statement_cache_capacity", "description_cache_capacity",
    "statement_cache_mode",    "prefer_simple_protocol",   "min_read_buffer_size",
    "connect_recover_timeout", "sslnegotiation",           "max_protocol_version"};

// What a Connection sets for each of its sessions. Left out, for PgBouncer does not take `options`.
constexpr const char* kOfSession[] = {"timezone", "datestyle", "client_encoding", "standard_conforming_strings"};

// What the driver knows and libpq 15 cannot do.
struct Impossible {
  const char* name;
  const char* instead;
};
constexpr Impossible kImpossible[] = {
    {"servicefile", "set the variable PGSERVICEFILE"},
    {"krbspn", "use krbsrvname"},
    {"require_auth", "remove it; pg_hba.conf of the server says how to log in"},
    {"min_protocol_version", "remove it"},
};

// A server that has gone silently is noticed within about ten seconds, and one that cannot be reached within five.
struct Default {
  const char* name;
  const char* value;
  const char* variable;  // of libpq, which would be hidden by a parameter
};
constexpr Default kDefaults[] = {
    {"fallback_application_name", "sharded-gotify", ""},
    {"connect_timeout", "5", "PGCONNECT_TIMEOUT"},
    // A standby may not have a token yet that has just been created.
    {"target_session_attrs", "primary", "PGTARGETSESSIONATTRS"},
    {"gssencmode", "disable", "PGGSSENCMODE"},  // as the driver, which has none
    {"keepalives_idle", "4", ""},
    {"keepalives_interval", "2", ""},
    {"keepalives_count", "3", ""},
    {"tcp_user_timeout", "10000", ""},
};

// With several hosts the next one is tried when a failover must be over soon. libpq's least.
constexpr const char* kConnectTimeoutOfEach = "2";

constexpr const char* kSystemCertificates = "/etc/ssl/certs/ca-certificates.crt";

template <std::size_t size>
bool is_in(const char* const (&names)[size], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string value_of(const Settings& settings, const char* name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

bool is_set_by(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// The names that this libpq knows.
std::set<std::string> names_of_libpq() {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse("", nullptr),
                                                                             &PQconninfoFree);
  std::set<std::string> names;
  for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr; ++one) {
    names.insert(one->keyword);
  }
  return names;
}

// Ports are checked here, because a malformed URL's may be a part of its password, which libpq would quote.
bool are_ports(std::string_view text) {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    unsigned port = 0;
    const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), port);
    const bool good = error == std::errc() && end == one.data() + one.size() && port >= 1 && port <= 65535;
    if (!good && !one.empty()) return false;
  }
  return true;
}

// Whether the driver would prepare statements by name; an error if it would not start.
core::Result<bool> may_prepare(const Settings& settings) {
  static constexpr const char* kUnnamed[] = {"cache_describe", "describe_exec", "exec", "simple_protocol"};
  const std::string mode = value_of(settings, "default_query_exec_mode");
  const bool unnamed = is_in(kUnnamed, mode);
  if (!mode.empty() && mode != "cache_statement" && !unnamed) {
    return bad_connection(
        "default_query_exec_mode must be cache_statement, cache_describe, describe_exec, exec or "
        "simple_protocol");
  }
  // Of pgx 4, which Gotify had before.
  const std::string simple = value_of(settings, "prefer_simple_protocol");
  const bool was_unnamed =
      value_of(settings, "statement_cache_mode") == "describe" || simple == "true" || simple == "1";
  return !unnamed && !was_unnamed && value_of(settings, "statement_cache_capacity") != "0";
}

// A word of `options`, which the server splits at blanks.
std::string option(const std::string& name, const std::string& value) {
  std::string word = "-c ";
  for (const char c : name + "=" + value) {
    if (c == '\\' || c == ' ' || (c >= '\t' && c <= '\r')) word += '\\';
    word += c;
  }
  return word;
}

// The driver trusts what the system trusts, libpq only what is in a file.
void add_certificates(Settings& parameters) {
  const bool verified = value_of(parameters, "sslmode").starts_with("verify-");
  if (!verified || !value_of(parameters, "sslrootcert").empty() || is_set_by("PGSSLROOTCERT")) return;
  const char* const home = std::getenv("HOME");
  const std::string own = std::string(home == nullptr ? "" : home) + "/.postgresql/root.crt";
  if (::access(own.c_str(), F_OK) == 0 || ::access(kSystemCertificates, R_OK) != 0) return;
  parameters["sslrootcert"] = kSystemCertificates;
}

bool has_several_hosts(const Settings& parameters) {
  const auto several = [&](const char* name) { return value_of(parameters, name).find(',') != std::string::npos; };
  return several("host") || several("hostaddr");
}

void add_defaults(Settings& parameters) {
  const bool by_default = value_of(parameters, "connect_timeout").empty() && !is_set_by("PGCONNECT_TIMEOUT");
  for (const auto& [name, value, variable] : kDefaults) {
    if (value_of(parameters, name).empty() && !is_set_by(variable)) parameters[name] = value;
  }
  if (by_default && has_several_hosts(parameters)) parameters["connect_timeout"] = kConnectTimeoutOfEach;
  parameters["client_encoding"] = "UTF8";
  add_certificates(parameters);
}

// Every other name is a run-time parameter of the server, as it is for the driver.
Settings parameters_of(const Settings& settings) {
  static const std::set<std::string> kNames = names_of_libpq();
  Settings parameters;
  std::string options = value_of(settings, "options");
  for (const auto& [name, value] : settings) {
    if (name == "options" || is_in(kOfSession, core::lower(name))) continue;
    if (kNames.contains(name)) {
      parameters[name] = value;
    } else if (!is_in(kOfDriver, name) && !name.starts_with("pool_")) {
      options += (options.empty() ? "" : " ") + option(name, value);
    }
  }
  if (!options.empty()) parameters["options"] = options;
  return parameters;
}

std::string describe(const Settings& settings) {
  std::string all;
  for (const char* name : kShown) {
    const std::string value = value_of(settings, name);
    if (value.empty()) continue;
    all += (all.empty() ? "" : " ") + std::string(name) + '=';
    const bool quoted = value.find_first_of(" \t'\\") != std::string::npos;
    if (quoted) all += '\'';
    for (const char c : value) {
      if (c == '\'' || c == '\\') all += '\\';
      all += c;
    }
    if (quoted) all += '\'';
  }
  return all.empty() ? "the default PostgreSQL server" : all;
}

}  // namespace

core::Result<ConnectionString> ConnectionString::parse(std::string_view text) {
  const auto settings = read_connection(text);
  if (!settings) return settings.error();
  for (const auto& [name, instead] : kImpossible) {
    if (settings->contains(name)) return bad_connection(std::string(name) + " is not supported: " + instead);
  }
  if (!are_ports(value_of(*settings, "port"))) return bad_connection("a port must be a number from 1 to 65535");
  const auto prepared = may_prepare(*settings);
  if (!prepared) return prepared.error();
  Settings parameters = parameters_of(*settings);
  add_defaults(parameters);
  ConnectionString parsed;
  parsed.parameters.assign(parameters.begin(), parameters.end());
  parsed.prepares = *prepared;
  parsed.description = describe(*settings);
  return parsed;
}

}  // namespace push::store::postgres
