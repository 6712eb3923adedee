#include "store/postgres/connection_settings.hpp"

#include <algorithm>
#include <optional>

#include "push/core/text.hpp"

namespace push::store::postgres {
namespace {

constexpr std::string_view kSpace = " \t\n\r\v\f";
constexpr std::string_view kUrls[] = {"postgres://", "postgresql://"};

std::string_view without_space(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// As the server and libpq allow them. Anything else is a sign that a value before it was not quoted.
bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '$';
  });
}

std::string plain_name(std::string_view name) {
  return name == "database" ? "dbname" : std::string(name);
}

// Takes a value from the front of `rest`; none if a quote or a backslash is not closed.
std::optional<std::string> take_value(std::string_view& rest) {
  const bool quoted = rest.starts_with('\'');
  std::string value;
  std::size_t at = quoted ? 1 : 0;
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (quoted ? c == '\'' : kSpace.find(c) != std::string_view::npos) break;
    if (c == '\\') {
      if (++at == rest.size()) return std::nullopt;
      // Unlike libpq, pgx keeps a backslash before any other character.
      if (rest[at] != '\\' && rest[at] != '\'') value += '\\';
    }
    value += rest[at];
  }
  if (quoted && at == rest.size()) return std::nullopt;
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return value;
}

core::Result<ConnectionSettings> read_words(std::string_view rest) {
  ConnectionSettings settings;
  for (int number = 1; !(rest = without_space(rest)).empty(); ++number) {
    const std::string setting = "setting " + std::to_string(number);
    const std::size_t equals = rest.find('=');
    const std::string_view name = without_space(rest.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      return bad_connection(setting + " is not of the form name=value; a value with blanks needs single quotes");
    }
    rest = rest.substr(equals + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    auto value = take_value(rest);
    if (!value) return bad_connection("the value of " + setting + " has no closing quote, or ends in a backslash");
    settings[plain_name(name)] = *std::move(value);
  }
  return settings;
}

// Of one host of a URL: name, name:port, [IPv6], [IPv6]:port or IPv6. None if it is malformed.
struct Host {
  std::string_view name;
  std::string_view port;
};

std::optional<Host> split_host(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    return Host{text.substr(1, end - 1), rest.empty() ? rest : rest.substr(1)};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return Host{text, {}};
  return Host{text.substr(0, colon), text.substr(colon + 1)};
}

bool read_hosts(std::string_view text, ConnectionSettings& settings) {
  std::string names;
  std::string ports;
  int count = 0;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (one.empty()) continue;
    const auto host = split_host(one);
    const auto name = host ? core::percent_decode(host->name) : std::nullopt;
    if (!name) return false;
    const char* const comma = count++ == 0 ? "" : ",";
    names += comma + *name;
    ports += comma + std::string(host->port);
  }
  // An empty one among others is the default.
  if (names.find_first_not_of(',') != std::string::npos) settings["host"] = names;
  if (ports.find_first_not_of(',') != std::string::npos) settings["port"] = ports;
  return true;
}

bool read_login(std::string_view text, ConnectionSettings& settings) {
  const std::size_t colon = text.find(':');
  auto user = core::percent_decode(text.substr(0, colon));
  if (!user) return false;
  settings["user"] = *std::move(user);
  if (colon == std::string_view::npos) return true;
  auto password = core::percent_decode(text.substr(colon + 1));
  if (!password) return false;
  settings["password"] = *std::move(password);
  return true;
}

// What is given twice counts the first time.
bool read_query(std::string_view text, ConnectionSettings& settings) {
  ConnectionSettings given;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    const auto name = core::form_decode(one.substr(0, equals));
    auto value = core::form_decode(equals == std::string_view::npos ? "" : one.substr(equals + 1));
    if (!name || !value || !is_name(*name)) return false;
    given.emplace(plain_name(*name), *std::move(value));
  }
  for (auto& [name, value] : given) settings[name] = std::move(value);
  return true;
}

core::Result<ConnectionSettings> read_url(std::string_view text) {
  ConnectionSettings settings;
  const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  const std::string_view rest = text.substr(authority.size());
  // Otherwise a part of the password would be taken for the name of the host or of the database.
  if (rest.find_first_of("@#") != std::string_view::npos) {
    return bad_connection(
        "the URL has an @ or # behind its host; in a user, password or value write @ as %40, / as %2F, "
        "? as %3F, # as %23 and % as %25");
  }
  const std::size_t at = authority.rfind('@');
  const std::size_t question = rest.find('?');
  std::string_view path = rest.substr(0, question);
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const auto database = core::percent_decode(path);
  if (database && !database->empty()) settings["dbname"] = *database;
  const bool read = database && (at == std::string_view::npos || read_login(authority.substr(0, at), settings)) &&
                    read_hosts(authority.substr(at == std::string_view::npos ? 0 : at + 1), settings) &&
                    read_query(question == std::string_view::npos ? "" : rest.substr(question + 1), settings);
  if (!read) {
    return bad_connection(
        "the URL must be postgres://user:password@host:port/database?name=value, with special "
        "characters percent-encoded");
  }
  return settings;
}

}  // namespace

core::Error bad_connection(const std::string& why) {
  return core::failure(core::ErrorCode::invalid, "database.connection: " + why);
}

core::Result<ConnectionSettings> read_connection(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return bad_connection("contains a NUL byte");
  for (const std::string_view url : kUrls) {
    if (text.starts_with(url)) return read_url(text.substr(url.size()));
  }
  return read_words(text);
}

}  // namespace push::store::postgres
