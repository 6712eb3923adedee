#include "store/postgres/node_name.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "push/core/random.hpp"

namespace push::store::postgres {
namespace {

constexpr std::size_t kMostCharacters = 64;
constexpr std::size_t kSuffixLength = 4;
constexpr std::string_view kSuffixLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr const char* kNameFile = "node-name";

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string new_name() {
  char host[256] = "";
  ::gethostname(host, sizeof(host) - 1);
  std::string name = host[0] == '\0' ? "node" : host;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_of_name(c); }, '-');
  name.resize(std::min(name.size(), kMostCharacters - 1 - kSuffixLength));
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

core::Result<void> check_node_name(std::string_view name) {
  if (!name.empty() && name.size() <= kMostCharacters && std::all_of(name.begin(), name.end(), is_of_name)) return {};
  return core::failure(core::ErrorCode::invalid, "the name of a node must be 1 to 64 letters, digits, '-', '_' or '.'");
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
  if (auto checked = check_node_name(name); !checked) {
    return core::failure(core::ErrorCode::invalid, path.string() + ": " + checked.error().text);
  }
  return name;
}

}  // namespace push::store::postgres
