// The real program on a loopback port and a directory of its own. When a test has failed its log is printed.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/stream_client.hpp"

namespace push::support {

class ServerProcess {
 public:
  // Settings win over those that every test needs (see the .cpp); nothing is started yet.
  explicit ServerProcess(Settings settings = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Until /health answers, on the data that is there. Throws Failure with the log if the program ends instead.
  void start();
  // SIGTERM and its end: the exit code.
  int stop();
  void terminate() { process_.signal(15); }
  int wait() { return process_.wait(); }
  void kill9();
  pid_t id() const { return process_.id(); }
  bool running() { return process_.running(); }

  void set(const std::string& variable, const std::string& value) { settings_[variable] = value; }
  // From the next start on, no file grows beyond this; 0 = any size.
  void limit_file_size(std::uint64_t bytes) { file_size_limit_ = bytes; }

  Address address() const;
  HttpClient http(Lines always = {}) const { return HttpClient(address(), std::move(always)); }
  StreamClient stream(const Lines& headers) const { return StreamClient::open(address(), headers); }
  // The value of a line of the metrics page, name and labels as they stand there. Throws Failure if there is none.
  double metric(const std::string& name) const;
  std::string database_path() const { return directory_.file("gotify.db"); }
  std::string directory() const { return directory_.path(); }
  std::string log() const { return read_text(directory_.file("server.log")); }

 private:
  bool started();

  TemporaryDirectory directory_;
  Settings settings_;
  std::uint64_t file_size_limit_ = 0;
  std::uint16_t port_ = 0;
  std::uint16_t metrics_port_ = 0;
  Process process_;
};

}  // namespace push::support
