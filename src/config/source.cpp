#include "config/source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/value.hpp"
#include "push/core/descriptor.hpp"

namespace push::config {

namespace {

constexpr std::size_t kFileLimit = 1024 * 1024;

core::Error unreadable(const std::string& path, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return core::failure(missing ? core::ErrorCode::not_found : core::ErrorCode::invalid,
                       printable(path) + ": cannot be read: " + std::strerror(error));
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && std::string_view(" \t\v\f\r\n").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
}

// Removes one field from the front, up to the comma after it.
std::optional<std::string> take_field(std::string_view& text) {
  skip_spaces(text);
  std::string field;
  if (text.empty() || text.front() != '"') {
    const std::string_view plain = text.substr(0, text.find(','));
    if (plain.find('"') != std::string_view::npos) return std::nullopt;
    text.remove_prefix(plain.size());
    return std::string(plain);
  }
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text.front() == '"') {
      text.remove_prefix(1);
      if (text.empty() || text.front() == ',') return field;
      if (text.front() != '"') return std::nullopt;
    }
    field += text.front();
    text.remove_prefix(1);
  }
  return std::nullopt;
}

}  // namespace

core::Result<std::string> read_file(const std::string& path) {
  const core::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unreadable(path, errno);
  std::string text(kFileLimit + 1, '\0');
  std::size_t size = 0;
  int error = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (error != 0) return unreadable(path, error);
  if (size > kFileLimit) return core::failure(core::ErrorCode::too_large, printable(path) + ": larger than 1 MiB");
  text.resize(size);
  return text;
}

std::optional<std::vector<std::string>> split_record(std::string_view text) {
  std::vector<std::string> fields;
  while (true) {
    std::optional<std::string> field = take_field(text);
    if (!field) return std::nullopt;
    fields.push_back(*std::move(field));
    if (text.empty()) return fields;
    text.remove_prefix(1);
  }
}

}  // namespace push::config
