#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/postgres/flock.hpp"
#include "support/postgres/sharing.hpp"
#include "support/postgres_server.hpp"
#include "support/wait.hpp"

namespace push::test {
namespace {

namespace files = std::filesystem;
using support::Command;
using support::Failure;
using support::Process;

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin";
constexpr const char* kUser = "postgres";
// A short path, because a socket's may have 107 bytes, and one that the user can reach.
constexpr const char* kParent = "/tmp";

// PostgreSQL refuses to run as root.
struct Identity {
  uid_t user = 0;
  gid_t group = 0;
};

Identity identity() {
  if (::geteuid() != 0) return {::geteuid(), ::getegid()};
  const passwd* entry = ::getpwnam(kUser);
  if (entry == nullptr) throw Failure("there is no user postgres: scripts/install-deps postgres");
  return {entry->pw_uid, entry->pw_gid};
}

Command command(const std::string& folder, std::vector<std::string> words) {
  words.front() = std::string(kPrograms) + "/" + words.front();
  if (!files::exists(words.front())) throw Failure("there is no " + words.front() + ": scripts/install-deps postgres");
  const Identity as = identity();
  Command made{std::move(words), {}, folder, folder + "/log", folder + "/log", 0};
  made.user = as.user;
  made.group = as.group;
  // Removes its shared memory and ends at once.
  made.signal_of_orphans = SIGQUIT;
  return made;
}

void give(const std::string& path, const Identity& to) {
  if (::lchown(path.c_str(), to.user, to.group) != 0) throw Failure("cannot change the owner of " + path);
}

void copy_data(const files::path& from, const files::path& to, const Identity& owner) {
  files::copy(from, to, files::copy_options::recursive);
  give(to, owner);
  for (const auto& entry : files::recursive_directory_iterator(to)) give(entry.path(), owner);
  files::permissions(to, files::perms::owner_all);
}

// What initdb makes takes it seconds, so each build folder keeps it.
std::string initial_data() {
  const std::string parent = build_folder() + "/postgres";
  std::string data = parent + "/initial-15";
  files::create_directories(parent);
  const Flock lock(parent + "/initial", LOCK_EX);
  if (files::exists(data)) return data;
  const support::TemporaryDirectory folder{kParent};
  give(folder.path(), identity());
  // Texts are compared byte by byte, and the user of the tests makes databases without being asked for a password.
  Process initdb(command(folder.path(), {"initdb", "-D", folder.file("data"), "-U", kUser, "--auth=trust", "--no-sync",
                                         "--encoding=UTF8", "--locale=C.UTF-8"}));
  if (initdb.wait() != 0) throw Failure("initdb: " + support::read_text(folder.file("log")));
  files::remove_all(data + ".new");
  copy_data(folder.file("data"), data + ".new", {::geteuid(), ::getegid()});
  files::rename(data + ".new", data);
  return data;
}

std::vector<pid_t> children(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::istringstream words(support::read_text("/proc/" + id + "/task/" + id + "/children"));
  std::vector<pid_t> all;
  for (pid_t child = 0; words >> child;) all.push_back(child);
  return all;
}

// Or a zombie, which holds nothing.
bool is_gone(pid_t process) {
  const std::string status = support::read_text("/proc/" + std::to_string(process) + "/status");
  return status.empty() || status.find("\nState:\tZ") != std::string::npos;
}

}  // namespace

PrivatePostgres::PrivatePostgres(support::Settings settings) : settings_(std::move(settings)), folder_(kParent) {
  settings_.insert({{"listen_addresses", ""},
                    {"port", kPostgresPort},
                    {"unix_socket_directories", folder_.path()},
                    {"max_connections", "200"},
                    {"shared_buffers", "64MB"},
                    // After a kill -9: one call instead of one for each file.
                    {"recovery_init_sync_method", "syncfs"},
                    // Nobody's clients are there, and nobody may take UTC for granted.
                    {"timezone", "America/St_Johns"},
                    // In the data folder, where nothing is left of it after a SIGKILL.
                    {"dynamic_shared_memory_type", "mmap"}});
  prepare_folder();
  copy_data(initial_data(), folder_.file("data"), identity());
  start();
  psql(superuser() + " options='-c default_transaction_read_only=off'", "CREATE ROLE gotify LOGIN");
}

PrivatePostgres::PrivatePostgres(const PrivatePostgres& primary) : settings_(primary.settings_), folder_(kParent) {
  settings_["unix_socket_directories"] = folder_.path();
  prepare_folder();
  Process copying(command(folder_.path(), {"pg_basebackup", "-D", folder_.file("data"), "-h", primary.folder(), "-p",
                                           settings_.at("port"), "-U", kUser, "-R", "-c", "fast", "--no-sync"}));
  if (copying.wait() != 0) throw Failure("pg_basebackup: " + log());
  start();
}

void PrivatePostgres::prepare_folder() {
  give(folder_.path(), identity());
  is_at(folder_.path(), settings_.at("port"));
}

std::string PrivatePostgres::or_at(const std::string& connection, const PrivatePostgres& other) const {
  const std::string at = "host=" + folder() + " ";
  if (!connection.starts_with(at)) throw Failure("not of this server: " + connection);
  return "host=" + folder() + "," + other.folder() + " " + connection.substr(at.size());
}

PrivatePostgres::~PrivatePostgres() {
  if (!process_.running()) return;
  process_.signal(SIGQUIT);
  process_.signal(SIGCONT);
  process_.wait();
}

void PrivatePostgres::start() {
  std::vector<std::string> words{"postgres", "-D", folder_.file("data")};
  for (const auto& [name, value] : settings_) words.insert(words.end(), {"-c", name + "=" + value});
  process_ = Process(command(folder_.path(), std::move(words)));
  const std::string connection = superuser();
  const bool waited =
      support::eventually([&] { return PQping(connection.c_str()) == PQPING_OK || !process_.running(); });
  if (!waited || !process_.running()) throw Failure("PostgreSQL did not start: " + log());
}

void PrivatePostgres::stop() {
  process_.signal(SIGINT);
  if (process_.wait() != 0) throw Failure("PostgreSQL did not stop in order: " + log());
}

void PrivatePostgres::restart() {
  stop();
  start();
}

void PrivatePostgres::kill() {
  process_.signal(SIGSTOP);  // it starts no more children
  const std::vector<pid_t> all = children(id());
  for (const pid_t child : all) ::kill(child, SIGKILL);
  process_.kill_hard();
  for (const pid_t child : all) {
    if (!support::eventually([child] { return is_gone(child); })) throw Failure("a child of PostgreSQL does not end");
  }
}

void PrivatePostgres::signal(int number) {
  const std::vector<pid_t> all = children(id());
  process_.signal(number);
  for (const pid_t child : all) ::kill(child, number);
}

}  // namespace push::test
