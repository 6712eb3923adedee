// The real program with its own loopback port and directory. If the test fails, its log is printed.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/stream_client.hpp"

namespace push::support {

bool on_postgres();

class ServerProcess {
 public:
  // Settings override the defaults for tests (see the .cpp); nothing is started yet.
  explicit ServerProcess(Settings settings = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Starts on the existing data and waits until /health answers. Throws Failure with the log if the program exits.
  void start();
  // SIGTERM; waits for the end and returns the exit code.
  int stop();
  void terminate() { process_.signal(15); }
  int wait() { return process_.wait(); }
  void kill9();
  pid_t id() const { return process_.id(); }
  bool running() { return process_.running(); }

  void set(const std::string& variable, const std::string& value) { settings_[variable] = value; }
  // From the next start on, instead of the file that log() reads: the path of a pipe.
  void write_log_to(const std::string& path) { output_ = path; }
  // Maximum file size from the next start on; 0 = unlimited.
  void limit_file_size(std::uint64_t bytes);

  Address address() const;
  Address metrics_address() const { return {"127.0.0.1", metrics_port_}; }
  HttpClient http(Lines always = {}) const { return HttpClient(address(), std::move(always)); }
  StreamClient stream(const Lines& headers) const { return StreamClient::open(address(), headers); }
  // The value of a line of the metrics page, by name and labels as printed there. Throws Failure if there is none.
  double metric(const std::string& name) const;
  // The value of database.connection, for a Database: an SQLite file, or a new database of PostgreSQL if the
  // environment variable PUSH_TEST_DIALECT is postgres.
  const std::string& database() const { return settings_.at("GOTIFY_DATABASE_CONNECTION"); }
  // The SQLite file. Skips the test on PostgreSQL, as limit_file_size does.
  std::string database_path() const;
  std::string directory() const { return directory_.path(); }
  std::string log() const { return read_text(directory_.file("server.log")); }

 private:
  bool started();
  void drop_database();

  TemporaryDirectory directory_;
  Settings settings_;
  bool has_own_database_ = false;  // of PostgreSQL
  std::string output_;
  std::uint64_t file_size_limit_ = 0;
  std::uint16_t port_ = 0;
  std::uint16_t metrics_port_ = 0;
  Process process_;
};

}  // namespace push::support
