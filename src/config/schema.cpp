#include "config/schema.hpp"

#include <array>
#include <bit>
#include <utility>

#include "config/check.hpp"
#include "config/field.hpp"
#include "config/foreign.hpp"

namespace push::config {

namespace {

// Derives key and field from one name, so that they cannot diverge.
#define PUSH_KEY(path)               \
#path, [](auto& config) -> auto& { \
    return config.path;              \
  }

using Number = std::int64_t;

template <class Field>
Key bound(Key::Type type, std::string path, Field field, std::string meaning, std::string allowed) {
  Key key;
  key.path = std::move(path);
  key.type = type;
  key.meaning = std::move(meaning);
  key.allowed = std::move(allowed);
  key.read = [field](const Config& config) { return to_value(field(config)); };
  key.write = [field](Config& config, const Value& value) { from_value(value, field(config)); };
  key.initial = key.read(Config{});
  return key;
}

template <class Field>
Key number(std::string path, Field field, Number min, Number max, const std::string& meaning) {
  const std::string range = std::to_string(min) + " to " + std::to_string(max);
  Key key =
      bound(Key::Type::number, std::move(path), field, meaning + "; " + range, "must be a whole number from " + range);
  key.fits_number = [min, max](Number n) { return n >= min && n <= max; };
  return key;
}

template <class Field>
Key power_of_two(std::string path, Field field, Number max, const std::string& meaning) {
  const std::string range = "a power of two from 1 to " + std::to_string(max);
  Key key = bound(Key::Type::number, std::move(path), field, meaning + "; " + range, "must be " + range);
  key.fits_number = [max](Number n) {
    return n >= 1 && n <= max && std::has_single_bit(static_cast<std::uint64_t>(n));
  };
  return key;
}

template <class Field>
Key word(std::string path, Field field, List words, const std::string& meaning) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    all += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  Key key = bound(Key::Type::text, std::move(path), field, meaning + "; " + all, "must be " + all);
  key.fits = [words = std::move(words)](const std::string& text) {
    for (const std::string& one : words) {
      if (one == text) return true;
    }
    return false;
  };
  return key;
}

// One of an enum's names.
template <class Field>
Key choice(std::string path, Field field, const std::string& meaning) {
  Config config;
  const auto words = words_of(field(config));
  return word(std::move(path), field, List(words.begin(), words.end()), meaning);
}

template <class Field>
Key text(std::string path, Field field, std::string meaning) {
  return bound(Key::Type::text, std::move(path), field, std::move(meaning),
               "must be a string without control characters");
}

template <class Field>
Key full_text(std::string path, Field field, std::string meaning) {
  Key key =
      bound(Key::Type::text, std::move(path), field, std::move(meaning), "must be a string without control characters");
  key.fits = is_not_empty;
  return key;
}

template <class Field>
Key address(std::string path, Field field, std::string meaning) {
  Key key = bound(Key::Type::text, std::move(path), field, std::move(meaning),
                  "must be empty, an IP address, a host name or unix:/path");
  key.fits = is_address;
  key.write = [field](Config& config, const Value& value) {
    field(config) = without_brackets(std::get<std::string>(value));
  };
  return key;
}

template <class Field>
Key patterns(std::string path, Field field, std::string meaning) {
  Key key = bound(Key::Type::list, std::move(path), field, std::move(meaning), "must be a regular expression");
  key.fits = [](const std::string& text) { return why_no_pattern(text).empty(); };
  key.why = why_no_pattern;
  return key;
}

template <class Field>
Key tokens(std::string path, Field field, std::string meaning, std::string allowed) {
  Key key = bound(Key::Type::list, std::move(path), field, std::move(meaning), std::move(allowed));
  key.fits = is_token;
  return key;
}

template <class Field>
Key networks(std::string path, Field field, std::string meaning) {
  Key key = bound(Key::Type::list, std::move(path), field, std::move(meaning),
                  "must be an IP address or a network such as 10.0.0.0/8");
  key.fits = is_network;
  return key;
}

template <class Field>
Key hosts(std::string path, Field field, std::string meaning) {
  Key key = bound(Key::Type::list, std::move(path), field, std::move(meaning), "must be a host name");
  key.fits = is_host;
  return key;
}

template <class Field>
Key boolean(std::string path, Field field, std::string meaning) {
  return bound(Key::Type::boolean, std::move(path), field, std::move(meaning), "must be true or false");
}

template <class Field>
Key level(std::string path, Field field, const std::string& meaning) {
  const std::string all = "trace, debug, info, warn, error, fatal, panic, disabled, or a number from -1 to 7";
  Key key = bound(Key::Type::text, std::move(path), field, meaning + "; " + all, "must be " + all);
  key.fits = [](const std::string& text) { return log_level(text).has_value(); };
  key.write = [field](Config& config, const Value& value) {
    field(config) = log_level(std::get<std::string>(value)).value_or("info");
  };
  return key;
}

template <class Field>
Key headers(std::string path, Field field, std::string meaning) {
  Key key = bound(Key::Type::map, std::move(path), field, std::move(meaning), "must be a header name");
  key.fits = [](const std::string& name) { return why_no_free_header(name).empty(); };
  key.why = why_no_free_header;
  return key;
}

Key renamed_from(std::string was, Key key) {
  key.was = std::move(was);
  return key;
}

// `why` says from "must" on what is wrong with a text, and "" if nothing is.
Key checked(Key key, std::string (*why)(const std::string&)) {
  key.fits = [why](const std::string& text) { return why(text).empty(); };
  key.why = why;
  return key;
}

Key secret(Key key, bool (*hidden)(std::string_view)) {
  key.hidden = hidden;
  return key;
}

Key refused_with(Key key, std::string allowed) {
  key.allowed = std::move(allowed);
  return key;
}

constexpr Number kKilo = 1024;
constexpr Number kMega = kKilo * kKilo;
constexpr Number kGiga = kKilo * kMega;
constexpr Number kMany = 1'000'000;

void add_server(std::vector<Key>& keys) {
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(address(PUSH_KEY(server.listenaddr), "IP address, host name or unix:/path; empty = all addresses"));
  add(number(PUSH_KEY(server.port), 0, 65535, "TCP port"));
  add(number(PUSH_KEY(server.keepaliveperiodseconds), -1, 32767,
             "seconds between TCP keep-alive probes; 0 = 15 s, -1 = off"));
  add(number(PUSH_KEY(server.threads), 0, 64, "event loops; 0 = one per core"));
  add(number(PUSH_KEY(server.workers), 1, 64, "threads for pages, lists, files and large bodies"));
  add(number(PUSH_KEY(server.workerqueue), 1, kMany, "jobs that may wait for a worker; beyond that, 503"));
  add(number(PUSH_KEY(server.lookupqueue), 1, kMany,
             "token look-ups that may wait for their thread; beyond that, 503"));
  add(number(
      PUSH_KEY(server.throttlecache), 1, 10 * kMany,
      "users, applications and addresses tracked by each limit of rates and passwords, always including the most "
      "recently used half; others start from zero"));
  add(number(PUSH_KEY(server.tokencache), 1, kMany,
             "maximum tokens cached in memory, always including the most recently used half; others are looked up"));
  add(number(PUSH_KEY(server.maxconnections), 0, 100 * kMany,
             "maximum open sockets; 0 = the descriptor limit minus 64 and what the loops use"));
  add(number(PUSH_KEY(server.maxapplications), 0, kMany, "applications of one user (403); 0 = no limit"));
  add(number(PUSH_KEY(server.maxclients), 0, kMany, "clients of one user, sessions included (403); 0 = no limit"));
  add(headers(PUSH_KEY(server.responseheaders), "headers added to every API response, name: value"));
  add(networks(PUSH_KEY(server.trustedproxies), "proxies whose X-Forwarded-For is trusted; IP addresses or networks"));
  add(number(PUSH_KEY(server.drainseconds), 0, 3600,
             "seconds to keep serving after SIGTERM, with /readyz answering 503, before the server stops listening"));
  add(boolean(PUSH_KEY(server.securecookie),
              "mark the session cookie Secure, so that browsers send it over https only"));
  add(number(PUSH_KEY(server.tokenperiodseconds), 1, 86400, "seconds between two writes of a token's last use"));
}

void add_guards(std::vector<Key>& keys) {
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(number(PUSH_KEY(server.passwords.workers), 1, 64, "threads that check and hash passwords"));
  add(number(PUSH_KEY(server.passwords.queue), 1, kMany,
             "passwords that may wait to be checked or hashed; beyond that, 503"));
  add(number(PUSH_KEY(server.passwords.tries), 0, kMany,
             "wrong passwords per user name and client address on each node before the next one must wait (429); 0 = "
             "no limit"));
  add(number(PUSH_KEY(server.passwords.waitseconds), 1, 3600,
             "seconds of the first wait; each further wrong password doubles it"));
  add(number(PUSH_KEY(server.passwords.maxwaitseconds), 1, 86400, "seconds of the longest wait"));
  add(number(
      PUSH_KEY(server.passwords.addresstries), 0, kMany,
      "wrong passwords per client address and period on each node, whatever the names (429); 0 = no limit; private and "
      "loopback addresses count only if server.trustedproxies is set"));
  add(number(PUSH_KEY(server.passwords.addressperiodseconds), 1, 86400, "seconds of that period"));
  add(number(PUSH_KEY(server.rates.applicationperminute), 0, kMany,
             "requests per minute of one application on each node (429); 0 = no limit"));
  add(number(PUSH_KEY(server.rates.applicationburst), 1, kMany, "requests that an application may send at once"));
  add(number(PUSH_KEY(server.rates.userperminute), 0, kMany,
             "requests per minute of one user and its applications on each node (429); 0 = no limit"));
  add(number(PUSH_KEY(server.rates.userburst), 1, kMany, "requests that a user may send at once"));
  add(number(
      PUSH_KEY(server.rates.addressperminute), 0, kMany,
      "API requests per minute of one client address, of an IPv6 /64 together, on each node (429); 0 = no limit"));
  add(number(PUSH_KEY(server.rates.addressburst), 1, kMany, "requests that a client address may send at once"));
}

void add_connections(std::vector<Key>& keys) {
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(number(PUSH_KEY(server.http.headerlimit), kKilo, kMega, "maximum size of a request header in bytes"));
  add(renamed_from("server.http.bodylimit", number(PUSH_KEY(server.http.messagelimit), kKilo, kGiga,
                                                   "maximum size of the body of POST /message in bytes")));
  add(number(PUSH_KEY(server.http.imagelimit), kKilo, kGiga,
             "maximum size of an uploaded picture's request body in bytes"));
  add(number(PUSH_KEY(server.http.extraslimit), kKilo, 8 * kMega,
             "maximum size of a message's extras in bytes, as they are stored"));
  add(number(PUSH_KEY(server.http.bodybudget), 64 * kKilo, 64 * kGiga,
             "bytes that unanswered requests may hold together; beyond that, 503; never less than 4 times messagelimit "
             "and imagelimit"));
  add(number(PUSH_KEY(server.http.responsebudget), 64 * kKilo, 64 * kGiga,
             "bytes that answers above 16 KiB may hold together until they are sent; beyond that, 503"));
  add(number(PUSH_KEY(server.http.filecache), 0, 64 * kGiga,
             "bytes of pictures and files of the web interface that are kept in memory"));
  add(number(PUSH_KEY(server.http.headertimeoutseconds), 1, 3600, "seconds to receive a complete request header"));
  add(number(PUSH_KEY(server.http.minimumrate), 1, kMega,
             "bytes per second that a client must send of a request body, or read of a response"));
  add(number(PUSH_KEY(server.http.bodytimeoutseconds), 1, 3600, "seconds over which minimumrate is measured"));
  add(number(PUSH_KEY(server.http.idletimeoutseconds), 1, 3600, "seconds between two requests on one connection"));
  add(power_of_two(PUSH_KEY(server.stream.shards), 4096, "parts of the registry of online users"));
  add(number(PUSH_KEY(server.stream.readbuffersize), 256, kMega, "bytes, borrowed while a frame is incomplete"));
  add(number(PUSH_KEY(server.stream.writebuffersize), 256, kMega, "bytes, borrowed while a socket is full"));
  add(number(PUSH_KEY(server.stream.resumelimit), 0, 1000000,
             "missed messages that a stream is sent when it comes back; if there are more, none"));
  add(number(PUSH_KEY(server.stream.channelbuffersize), 1, 65536, "messages that may wait for one connection"));
  add(number(PUSH_KEY(server.stream.channelbufferbytes), 1, kGiga,
             "bytes that may wait for one connection; one message always fits"));
  add(number(PUSH_KEY(server.stream.unsentbytes), 4096, kGiga,
             "unsent bytes of one connection that the kernel may hold besides its queue"));
  add(number(PUSH_KEY(server.stream.inboxsize), 64, 16 * kMega,
             "messages that may wait for one event loop; beyond that, POST gets 503"));
  add(choice(PUSH_KEY(server.stream.overflow), "what to do when the queue of a connection is full"));
  add(number(PUSH_KEY(server.stream.maxperuser), 0, 100 * kMany,
             "open streams of one user on each node (429); 0 = no limit"));
  add(number(PUSH_KEY(server.stream.maxperaddress), 0, 100 * kMany,
             "open streams of one client address, of an IPv6 /64 together, on each node (429); 0 = no limit"));
  add(number(PUSH_KEY(server.stream.pingperiodseconds), 1, 3600, "seconds between pings; a pong may take 15 s more"));
  add(patterns(PUSH_KEY(server.stream.allowedorigins),
               "regular expressions of foreign origins that may open a stream"));
  add(patterns(PUSH_KEY(server.cors.alloworigins), "regular expressions of foreign origins that may use the API"));
  add(tokens(PUSH_KEY(server.cors.allowmethods), "methods that foreign origins may use", "must be an HTTP method"));
  add(tokens(PUSH_KEY(server.cors.allowheaders), "request headers that foreign origins may send",
             "must be a header name"));
  add(address(PUSH_KEY(server.metrics.listenaddr), "address of the metrics page, in the form of server.listenaddr"));
  add(number(PUSH_KEY(server.metrics.port), 0, 65535, "TCP port of the metrics page; 0 = no page"));
  add(hosts(PUSH_KEY(server.metrics.hosts),
            "host names by which the metrics page may be asked for, besides localhost and IP addresses"));
  add(boolean(PUSH_KEY(server.metrics.registry),
              "serve GET /debug/registry beside the metrics page: who is online, without credentials"));
}

void add_database(std::vector<Key>& keys) {
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(refused_with(word(PUSH_KEY(database.dialect), {"sqlite3", "postgres"}, "kind of database"),
                   "unsupported dialect: {}; this server supports sqlite3 and postgres; docs/migration.md says how a "
                   "MySQL database becomes one of these"));
  // Its form depends on the dialect: Loader::check_connection.
  add(secret(full_text(PUSH_KEY(database.connection), "path of the SQLite file, or connection string of PostgreSQL"),
             has_password));
  add(number(PUSH_KEY(database.queue), 1, kMany, "changes that may wait for the writer; beyond that, 503"));
  add(number(PUSH_KEY(database.queuebytes), kKilo, 64 * kGiga,
             "bytes of messages that may wait for the writer; beyond that, 503"));
  add(number(PUSH_KEY(database.batch), 1, 65536, "maximum changes per transaction"));
  add(number(PUSH_KEY(database.purgequeue), 1, kMany, "bulk deletions that may wait; beyond that, 503"));
  add(number(
      PUSH_KEY(database.idempotencykeys), 2, kMany,
      "idempotency keys remembered for 10 minutes, half of them for one application; beyond that, the oldest go"));
  add(number(PUSH_KEY(database.readers), 1, 64, "database handles for reading; at least server.workers plus 2"));
  add(number(PUSH_KEY(database.busytimeoutmilliseconds), 0, 60000,
             "milliseconds to wait for a lock held by another process; beyond that, 503"));
  add(number(PUSH_KEY(database.checkmilliseconds), 0, 3600000,
             "maximum milliseconds for checking the database file at start; 0 = no check"));
}

void add_cluster(std::vector<Key>& keys) {
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(choice(
      PUSH_KEY(cluster.bus),
      "how servers that share a PostgreSQL database tell each other about new messages; none = only one server"));
  add(checked(
      text(PUSH_KEY(cluster.node),
           "unique name of this server in the cluster; empty = the host's name and a suffix kept in the data folder"),
      why_no_node));
  add(secret(
      checked(
          full_text(PUSH_KEY(cluster.nats.url),
                    "URLs of the NATS servers, nats:// or tls://, separated by commas; if one is tls://, all use TLS"),
          why_no_nats_url),
      has_password));
  add(checked(full_text(PUSH_KEY(cluster.nats.prefix), "prefix of the NATS subjects; the same on all servers"),
              why_no_subject));
  add(text(PUSH_KEY(cluster.nats.credentials), "path of a NATS .creds file (the user's JWT and key); empty = none"));
  add(text(PUSH_KEY(cluster.nats.ca), "path of a PEM file with the CA certificates to trust; empty = the system's"));
}

void add_webpush(std::vector<Key>& keys) {
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(boolean(PUSH_KEY(webpush.enabled), "send messages to browsers that have subscribed (Web Push)"));
  add(checked(text(PUSH_KEY(webpush.subject),
                   "who push services can write to about this server, mailto: or https:; empty = as stored in the "
                   "database, else mailto:operator@example.com"),
              why_no_push_subject));
  add(checked(
      bound(
          Key::Type::list, "webpush.endpoints", [](auto& config) -> auto& { return config.webpush.endpoints; },
          "push services to allow besides Google's, Mozilla's, Microsoft's and Apple's: [http[s]://]host[:port]; "
          "*. at the front of a host stands for names below it; a private address only if it is named here",
          ""),
      why_no_push_service));
  add(text(PUSH_KEY(webpush.cafile), "path of a PEM file with the CA certificates to trust; empty = the system's"));
}

}  // namespace

std::vector<Key> schema() {
  std::vector<Key> keys;
  const auto add = [&keys](Key key) { keys.push_back(std::move(key)); };
  add(choice(PUSH_KEY(compat), "major version of Gotify to be compatible with"));
  add(level(PUSH_KEY(loglevel), "minimum log level"));
  add_server(keys);
  add_guards(keys);
  add_connections(keys);
  add_database(keys);
  add(number(PUSH_KEY(retention.days), 0, 36500,
             "days after which a message is deleted; 0 = never; an application may have a rule of its own"));
  add(number(PUSH_KEY(retention.count), 0, 1000 * kMany,
             "newest messages that each application keeps; 0 = all; an application may have a rule of its own"));
  add_cluster(keys);
  add_webpush(keys);
  add(full_text(PUSH_KEY(defaultuser.name), "name of the first user, created only in an empty database"));
  add(secret(full_text(PUSH_KEY(defaultuser.pass), "password of the first user"), always));
  add(number(PUSH_KEY(passstrength), 4, 31, "bcrypt cost of new passwords"));
  add(full_text(PUSH_KEY(uploadedimagesdir), "directory for application images"));
  add(boolean(PUSH_KEY(registration), "open registration: anyone may create a user"));
  add(text(PUSH_KEY(uidir),
           "directory of a built Gotify web interface, served instead of the built-in page; empty = none"));
  add_foreign(keys);
  return keys;
}

#undef PUSH_KEY

}  // namespace push::config
