// Every setting as plain values, read once at start: defaults < config.yml < dotenv file < environment. Field names are
// the keys of config.yml; comments state ranges and units that the name does not. Sizes are in bytes unless stated
// otherwise.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"

namespace push::config {

enum class Overflow { close, drop_oldest };  // what a full send queue does to its connection
enum class Compat { v2, v3 };                // protocol 0

struct Stream {
  std::size_t shards = 256;            // power of two, 1..4096
  std::size_t readbuffersize = 2048;   // 256..1 MiB; borrowed by a connection only while a frame is incomplete
  std::size_t writebuffersize = 2048;  // 256..1 MiB; borrowed by a connection only while its socket is full
  std::size_t channelbuffersize = 5;   // 1..65536 messages that may wait for one connection
  std::size_t channelbufferbytes = 1024 * 1024;  // total bytes of these; one message always fits
  // 4096..1 GiB that the kernel may hold unsent for one connection before its queue fills. Less, and a phone that
  // sleeps for a moment is cut at its sixth small message; the kernel's own default is 4 MB.
  std::size_t unsentbytes = 64 * 1024;
  std::size_t inboxsize = 65536;  // 64..16777216 messages that may wait for one loop, then POST answers 503
  Overflow overflow = Overflow::close;
  std::size_t resumelimit = 10000;          // 0..1000000 missed messages that a stream is sent when it comes back
  std::size_t maxperuser = 0;               // 0..100000000 open streams of one user, then 429; 0 = no limit
  std::size_t maxperaddress = 0;            // 0..100000000 open streams of one client address, then 429; 0 = no limit
  unsigned pingperiodseconds = 45;          // 1..3600; the deadline for a pong is this + 15 s
  std::vector<std::string> allowedorigins;  // regular expressions
};

struct Http {
  std::size_t headerlimit = 64 * 1024;             // 1 KiB..1 MiB
  std::size_t messagelimit = 8 * 1024 * 1024;      // 1 KiB..1 GiB, body of POST /message
  std::size_t imagelimit = 4 * 1024 * 1024;        // 1 KiB..1 GiB, body of POST /application/:id/image
  std::size_t extraslimit = 64 * 1024;             // 1 KiB..8 MiB; of a message's extras, as stored
  std::size_t bodybudget = 256 * 1024 * 1024;      // 64 KiB..64 GiB that unanswered requests may hold, then 503
  std::size_t responsebudget = 256 * 1024 * 1024;  // 64 KiB..64 GiB that large answers may hold, then 503
  std::size_t filecache = 32 * 1024 * 1024;        // 0..64 GiB of pictures and files of the web interface
  unsigned headertimeoutseconds = 10;  // 1..3600, from the first byte (or the accept) to the end of the header
  unsigned minimumrate = 512;          // 1..1 MiB, bytes per second of a body or an answer
  unsigned bodytimeoutseconds = 30;    // 1..3600, over which minimumrate is measured
  unsigned idletimeoutseconds = 75;    // 1..3600, between two requests of one connection
};

struct Cors {
  std::vector<std::string> alloworigins;  // regular expressions
  std::vector<std::string> allowmethods;
  std::vector<std::string> allowheaders;
};

struct Metrics {
  std::string listenaddr = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = no metrics page
  std::vector<std::string> hosts;
  bool registry = false;  // GET /debug/registry
};

// Checking and hashing of passwords (bcrypt).
struct Passwords {
  unsigned workers = 1;     // 1..64 threads; each needs a core while it works
  std::size_t queue = 256;  // 1..1000000 that may wait, then 503
  // Wrong ones; see auth::GuessLimits.
  std::size_t tries = 10;               // 0..1000000 per user name and client address, then 429 for a time; 0 = off
  unsigned waitseconds = 1;             // 1..3600; doubled by each further one
  unsigned maxwaitseconds = 900;        // 1..86400
  std::size_t addresstries = 100;       // 0..1000000 per client address and period, then 429; 0 = off
  unsigned addressperiodseconds = 600;  // 1..86400
};

// Requests per minute, once the burst is used up; 0 = no limit. Beyond that, 429.
struct Rates {
  std::size_t applicationperminute = 0;  // 0..1000000
  std::size_t applicationburst = 60;     // 1..1000000
  std::size_t userperminute = 0;         // 0..1000000, with the user's applications
  std::size_t userburst = 120;           // 1..1000000
  std::size_t addressperminute = 0;      // 0..1000000
  std::size_t addressburst = 120;        // 1..1000000
};

struct Server {
  std::string listenaddr;  // "" = all addresses, IPv4 and IPv6; an address; a host name; or unix:<path>
  std::uint16_t port = 80;
  int keepaliveperiodseconds = 0;   // 0 = 15 s, -1 = off
  unsigned threads = 0;             // loops, 0..64; 0 = one per core
  unsigned workers = 2;             // 1..64 threads for blocking work
  std::size_t workerqueue = 1024;   // 1..1000000 jobs that may wait for a worker, then 503
  std::size_t lookupqueue = 65536;  // 1..1000000 token look-ups that may wait for a worker, then 503
  Passwords passwords;
  Rates rates;
  std::size_t maxapplications = 0;    // 0..1000000 of one user, then 403; 0 = no limit
  std::size_t maxclients = 0;         // the same
  std::size_t throttlecache = 65536;  // 1..10000000 entries of each table of those who are slowed down
  std::size_t tokencache = 32768;     // 1..1000000 tokens remembered, about 350 bytes each
  std::size_t maxconnections = 0;     // sockets of all kinds; 0 = the descriptor limit minus 64 and what the loops use
  Http http;
  Stream stream;
  Cors cors;
  std::vector<std::string> trustedproxies;  // addresses or CIDR: whose X-Forwarded-For is trusted
  bool securecookie = false;                // the session cookie is marked Secure
  unsigned tokenperiodseconds = 300;        // 1..86400, between two writes of a token's last use (protocol 2.6)
  unsigned drainseconds = 0;  // 0..3600, after SIGTERM, with /readyz answering 503, until it stops listening
  Metrics metrics;
  std::map<std::string, std::string> responseheaders;
};

struct Database {
  std::string dialect = "sqlite3";
  std::string connection = "data/gotify.db";
  std::size_t queue = 65536;                   // 1..1000000 changes that may wait for the writer, then 503
  std::size_t queuebytes = 256 * 1024 * 1024;  // 1 KiB..64 GiB of text that may wait for the writer, then 503
  std::size_t batch = 1024;                    // 1..65536 changes in one transaction
  std::size_t purgequeue = 1024;               // 1..1000000 bulk deletions that may wait, then 503
  std::size_t idempotencykeys = 100'000;       // 2..1000000 remembered, at most half of them one application's
  unsigned readers = 4;                        // 1..64 handles for reading; look-ups need one beside those of pages
  unsigned busytimeoutmilliseconds = 2000;     // 0..60000, wait for another process's lock, then 503
  unsigned checkmilliseconds = 1000;           // 0..3600000, maximum time of a check of the file at start; 0 = none
};

// Of messages, for applications without a rule of their own; 0 = for ever.
struct Retention {
  std::size_t days = 0;   // 0..36500
  std::size_t count = 0;  // 0..1000000000, per application
};

enum class BusKind { none, postgres, nats };
std::string_view name_of(BusKind bus);  // as in config.yml

// Of nodes: letters, digits, -, _ and .; at most so many.
inline constexpr std::size_t kMaxNodeName = 64;
bool is_of_node_name(char c);
bool is_node_name(std::string_view name);  // "" is one, too

struct Nats {
  std::string url = "nats://127.0.0.1:4222";  // one or several, separated by commas; may contain user and password
  std::string prefix = "sharded-gotify";      // of the subjects
  std::string credentials;                    // path of a .creds file; "" = none
  std::string ca;                             // path of the CA certificates to trust; "" = the system's
};

// Several servers on one PostgreSQL database.
struct Cluster {
  BusKind bus = BusKind::none;  // how nodes tell each other about new messages; none = one node
  std::string node;             // unique name; "" = the host's name and a suffix kept in the data folder
  Nats nats;
};

struct DefaultUser {
  std::string name = "admin";
  std::string pass = "admin";
};

struct WebPush {
  bool enabled = true;
  std::string subject;                 // mailto: or https:; "" = what the database has, else a default
  std::vector<std::string> endpoints;  // push services besides the known ones: [http[s]://]host[:port]
  std::string cafile;                  // PEM; "" = the system's
};

struct Config {
  Compat compat = Compat::v2;
  std::string loglevel = "info";
  Server server;
  Database database;
  Retention retention;
  Cluster cluster;
  WebPush webpush;
  DefaultUser defaultuser;     // created only in an empty database
  unsigned passstrength = 10;  // bcrypt cost, 4..31
  std::string uploadedimagesdir = "data/images";
  bool registration = false;  // open registration: anyone may create a user
  std::string uidir;          // a built Gotify web interface to serve instead of the built-in page; "" = none
};

// One effective value, for check-config.
struct Setting {
  std::string key;       // server.stream.shards
  std::string value;     // as written in config.yml; secrets as [hidden]
  std::string origin;    // default, config.yml:12, gotify-server.env:3, or GOTIFY_SERVER_STREAM_SHARDS
  std::string variable;  // GOTIFY_SERVER_STREAM_SHARDS
  std::string meaning;   // one line, with the range
};

// A remark for the operator about a valid configuration.
struct Notice {
  enum class Level { info, warning };
  Level level;
  std::string text;  // one line
};

struct Loaded {
  Config config;
  std::vector<Setting> settings;   // every key, in the order of config.yml
  std::vector<std::string> files;  // the files read; later ones win
  std::vector<Notice> notices;
  std::map<std::string, std::string> variables;  // other variables set by the dotenv file, e.g. NOCOLOR
};

using Environment = std::map<std::string, std::string>;

// `path` empty: /etc/gotify/config.yml and ./config.yml, where they exist. The dotenv file is the one that
// GOTIFY_CONFIG_FILE names, else the first existing of ./gotify-server.env, $XDG_CONFIG_HOME/gotify/gotify-server.env
// and /etc/gotify/server.env. A GOTIFY_CONFIG_FILE that ends in .yml or .yaml is `path`. <NAME>_FILE names a file with
// the value of NAME.
// Error text: one line per error (at most 21), naming file, line, key, value and what is allowed (or the variable
// instead of file and line); secrets as [hidden].
core::Result<Loaded> load(const std::string& path, const Environment& environment);

// The settings of a config.yml as a dotenv file, for this server and for Gotify 3. It contains secrets. Error: as
// above.
core::Result<std::string> migrate(const std::string& path);

}  // namespace push::config
