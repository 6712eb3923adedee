#include "store/postgres/node_name.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "push/config/config.hpp"
#include "push/core/host.hpp"
#include "push/core/random.hpp"

namespace push::store::postgres {
namespace {

constexpr std::size_t kSuffixLength = 4;
constexpr std::string_view kSuffixLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr const char* kNameFile = "node-name";

std::string new_name() {
  std::string name = default_node_name();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !config::is_of_node_name(c); }, '-');
  name.resize(std::min(name.size(), config::kMaxNodeName - 1 - kSuffixLength));
  return name + '-' + core::random_letters(kSuffixLetters, kSuffixLength);
}

core::Error cannot_name(const char* what, const std::filesystem::path& path, const std::string& why) {
  return core::failure(core::ErrorCode::unavailable, std::string("cannot ") + what + ' ' + path.string() + ": " + why +
                                                         " (or set cluster.node, which needs no such file)");
}

// Writes the file completely or not at all.
core::Result<void> write_name(const std::filesystem::path& path, const std::string& name) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) return cannot_name("create the folder of", path, error.message());
  const std::filesystem::path fresh = path.string() + ".new";
  std::ofstream out(fresh, std::ios::trunc);
  out << name << '\n';
  out.close();
  if (!out) return cannot_name("write", fresh, std::strerror(errno));
  std::filesystem::rename(fresh, path, error);
  if (error) return cannot_name("write", path, error.message());
  return {};
}

}  // namespace

std::string default_node_name() {
  const std::string host = core::host_name();
  return host.empty() ? "node" : host;
}

core::Result<std::string> kept_node_name(const std::string& folder) {
  const auto path = std::filesystem::path(folder) / kNameFile;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    if (error) return cannot_name("look for", path, error.message());
    if (auto written = write_name(path, new_name()); !written) return written.error();
  }
  std::ifstream in(path);
  std::string name((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return cannot_name("read", path, std::strerror(errno));
  name.erase(name.find_last_not_of(" \t\r\n") + 1);
  if (!name.empty() && config::is_node_name(name)) return name;
  return core::failure(core::ErrorCode::invalid,
                       path.string() + " must hold the name of a node: 1 to 64 letters, digits, -, _ and .");
}

}  // namespace push::store::postgres
