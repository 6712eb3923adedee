#include "benchmark/annex/support/peer.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/proc_memory.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/socket.hpp"
#include "support/process.hpp"

namespace push::bench {
namespace {

constexpr double kStartSeconds = 20;

std::string first_line(const std::string& path) {
  const std::string text = support::read_text(path);
  return text.substr(0, text.find('\n'));
}

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) fail("cannot write " + path);
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::vector<pid_t> children(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/task/";
  std::vector<pid_t> result;
  for (const auto& thread : std::filesystem::directory_iterator(path)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) {
      result.push_back(child);
      for (const pid_t further : children(child)) result.push_back(further);
    }
  }
  return result;
}

std::vector<pid_t> with_children(pid_t process) {
  std::vector<pid_t> result = children(process);
  result.push_back(process);
  return result;
}

// Posted to a system without a store: a message as ours and Gotify print it, so that the frames are alike.
std::string message_request(std::uint16_t port, const std::string& text) {
  const std::string body = R"({"id":1000,"appid":1,"message":")" + text +
                           R"(","title":"bench","priority":5,"date":"2026-01-01T00:00:00.123456789Z"})";
  return "POST /message?token=" + application_token(0) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class Ours : public Peer {
 public:
  explicit Ours(const PeerOptions& options)
      : size_(options.size),
        server_({.program = options.program, .directory = options.dir + "/ours", .threads = options.threads}) {}

  std::uint16_t port() const override { return server_.port(); }
  std::string request(const Stamp& stamp) const override {
    return post_request(port(), application_token(0), stamp_text(stamp, size_));
  }
  std::string database() const override { return server_.database(); }
  void kill_hard() override { server_.kill_hard(); }

 protected:
  pid_t pid() const override { return server_.pid(); }

 private:
  std::size_t size_;
  Server server_;
};

// Another project's program, with its own folder and a free port.
class Program : public Peer {
 public:
  Program(const PeerOptions& options, std::string name)
      : size_(options.size),
        name_(std::move(name)),
        scratch_(disk_folder(options.dir + "/" + name_)),
        port_(support::free_port()) {}

  ~Program() override { stop(); }

  std::uint16_t port() const override { return port_; }
  std::string request(const Stamp& stamp) const override { return message_request(port_, stamp_text(stamp, size_)); }
  void kill_hard() override { process_.kill_hard(); }
  const std::string& folder() const { return scratch_.path(); }

  void start(const std::vector<std::string>& command) {
    const std::string log = folder() + "/log";
    process_ = support::Process({command, {}, folder(), log, log, 0});
    for (const Deadline deadline(kStartSeconds); process_.running() && !deadline.passed(); ::usleep(20'000)) {
      if (request_once(port_, get_request(port_, "/health"), 5).first == 200) return;
    }
    fail(name_ + " did not answer /health: " + support::read_text(log));
  }

 protected:
  pid_t pid() const override { return process_.id(); }

  // Also ends the program's children, which SIGKILL would not.
  void stop() {
    try {
      if (process_.running()) process_.signal(SIGTERM);
      process_.wait();
    } catch (const Failure&) {
      kill_hard();
    }
  }

  std::size_t size_;

 private:
  std::string name_;
  support::TemporaryDirectory scratch_;
  std::uint16_t port_ = 0;
  support::Process process_;
};

// Gotify on a database that our server has created and the benchmark has seeded, in the journal mode that Gotify uses
// for its own.
class Gotify : public Program {
 public:
  Gotify(const PeerOptions& options, const std::string& program)
      : Program(options, "gotify"), store_({.program = options.program, .directory = options.dir + "/gotify-store"}) {
    store_.stop();
    run_offline(database(), "SELECT 1");  // leaves it in rollback-journal mode
    write(folder() + "/config.yml", "server:\n  listenaddr: 127.0.0.1\n  port: " + std::to_string(port()) +
                                        "\ndatabase:\n  dialect: sqlite3\n  connection: " + database() + "\n");
    start({program});
  }
  ~Gotify() override { stop(); }  // before its database goes

  std::string request(const Stamp& stamp) const override {
    return post_request(port(), application_token(0), stamp_text(stamp, size_));
  }
  std::string database() const override { return store_.database(); }

 private:
  Server store_;
};

std::unique_ptr<Program> start_nchan(const PeerOptions& options) {
  auto peer = std::make_unique<Program>(options, "nchan");
  std::string config = support::read_text(options.folder + "/nchan/nginx.conf");
  replace_all(config, "@PORT@", std::to_string(peer->port()));
  replace_all(config, "@DIRECTORY@", peer->folder());
  write(peer->folder() + "/nginx.conf", config);
  // nginx ends its worker when it is asked to stop, but not when it is killed.
  peer->start({"/usr/bin/setpriv", "--pdeathsig", "TERM", options.folder + "/bin/nginx", "-c",
               peer->folder() + "/nginx.conf", "-e", peer->folder() + "/error.log"});
  return peer;
}

std::unique_ptr<Program> start_bun(const PeerOptions& options) {
  auto peer = std::make_unique<Program>(options, "bun");
  peer->start({options.folder + "/bin/bun", options.folder + "/bun/server.js", std::to_string(peer->port())});
  return peer;
}

std::unique_ptr<Program> start_gorilla(const PeerOptions& options, const std::string& name,
                                       std::vector<std::string> flags) {
  auto peer = std::make_unique<Program>(options, name);
  std::vector<std::string> command{options.folder + "/bin/gorilla", "-port", std::to_string(peer->port())};
  command.insert(command.end(), flags.begin(), flags.end());
  peer->start(command);
  return peer;
}

// Why a peer is missing: what its installer wrote, or that it was never installed.
std::string why_absent(const PeerOptions& options, const std::string& name, const std::string& program) {
  std::string reason = first_line(options.folder + "/" + name + ".left-out");
  if (!reason.empty()) return reason;
  const std::string path = options.folder + "/bin/" + program;
  return ::access(path.c_str(), X_OK) == 0 ? "" : path + " is missing: run benchmark/annex/peers/install";
}

}  // namespace

std::int64_t Peer::cpu_ns() const {
  std::int64_t sum = 0;
  for (const pid_t process : with_children(pid())) sum += bench::cpu_ns(process);
  return sum;
}

double Peer::user_bytes() const {
  double sum = 0;
  for (const pid_t process : with_children(pid())) sum += settled_pss_anon(process);
  return sum;
}

std::vector<PeerKind> peer_kinds(const PeerOptions& options) {
  const auto version = [&](const std::string& name) {
    return " " + first_line(options.folder + "/" + name + ".version");
  };
  const auto absent = [&](const std::string& name, const std::string& program) {
    return why_absent(options, name, program);
  };
  const std::string threads = std::to_string(options.threads);
  const std::vector<PeerKind> all{
      {"ours", "sharded-gotify, loops: " + threads, "", true, [&] { return std::make_unique<Ours>(options); }},
      {"bun", "Bun" + version("bun"), absent("bun", "bun"), false, [&] { return start_bun(options); }},
      {"nchan", "nchan" + version("nchan"), absent("nchan", "nginx"), false, [&] { return start_nchan(options); }},
      {"gorilla", "gorilla/websocket" + version("gorilla") + ", 1 KB + 1 KB, queue of 1", absent("gorilla", "gorilla"),
       false, [&] { return start_gorilla(options, "gorilla", {}); }},
      {"gorilla-fork", "gorilla/websocket" + version("gorilla") + ", 8 KB + 8 KB, queue of 10",
       absent("gorilla", "gorilla"), false,
       [&] {
         return start_gorilla(options, "gorilla-fork", {"-buffers", "8192", "-queue", "10"});
       }},
      {"gotify", "Gotify" + version("gotify"), absent("gotify", "gotify"), true,
       [&] { return std::make_unique<Gotify>(options, options.folder + "/bin/gotify"); }},
  };
  std::vector<PeerKind> wanted;
  for (const PeerKind& kind : all) {
    if (contains(options.systems, kind.name)) wanted.push_back(kind);
  }
  return wanted;
}

}  // namespace push::bench
