#include "push/files/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "push/core/descriptor.hpp"
#include "push/core/text.hpp"

namespace push::files {
namespace {

// Browsers run a module only if it has a JavaScript type.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kTypes = {{
    {".css", "text/css; charset=utf-8"},
    {".gif", "image/gif"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpeg", "image/jpeg"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".ttf", "font/ttf"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
}};

// No control characters: paths that cannot be read are logged, one line each.
bool is_servable(std::string_view path, DotFiles dot_files) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (path.empty() || std::any_of(path.begin(), path.end(), is_control)) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view name = path.substr(at, end - at);
    if (name.empty() || name == "." || name == "..") return false;
    if (name.front() == '.' && dot_files == DotFiles::hidden) return false;
    at = end + 1;
  }
  return true;
}

// Whether symbolic links lead out of the folder. A file that cannot be resolved cannot be opened either.
bool leads_outside(const std::string& folder, const std::string& path) {
  std::error_code error;
  const auto base = std::filesystem::canonical(folder, error);
  if (error) return false;
  const auto target = std::filesystem::canonical(path, error);
  if (error) return false;
  return std::mismatch(base.begin(), base.end(), target.begin(), target.end()).first != base.end();
}

core::Error unreadable(const std::string& path) {
  return core::failure(core::ErrorCode::internal, "cannot read " + path + ": " + std::strerror(errno));
}

bool read_all(int descriptor, std::size_t begin, std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) bytes.resize(done);  // it shrank meanwhile
    done += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

std::string_view type_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::string_view base = slash == std::string_view::npos ? name : name.substr(slash + 1);
  const std::size_t dot = base.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [known, type] : kTypes) {
      if (core::same_ignoring_case(base.substr(dot), known)) return type;
    }
  }
  return "application/octet-stream";
}

core::Result<core::Slice> File::read(std::size_t begin, std::size_t part) const {
  std::string bytes(part, '\0');
  if (!read_all(descriptor.get(), begin, bytes)) return unreadable(path);
  return core::Slice::take(std::move(bytes));
}

core::Result<std::optional<File>> open_file(const std::string& folder, std::string_view path, DotFiles dot_files) {
  if (!is_servable(path, dot_files)) return std::optional<File>();
  std::string full = folder + "/";
  full += path;
  if (leads_outside(folder, full)) return std::optional<File>();
  // Non-blocking, because the path may be a pipe.
  core::Descriptor file(::open(full.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ENXIO) return std::optional<File>();
    return unreadable(full);
  }
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return unreadable(full);
  if (!S_ISREG(about.st_mode)) return std::optional<File>();
  File out;
  out.descriptor = std::move(file);
  out.path = std::move(full);
  out.inode = about.st_ino;
  out.size = static_cast<std::size_t>(about.st_size);
  out.type = type_of(path);
  out.modified =
      core::WallTime(std::chrono::seconds(about.st_mtim.tv_sec) + std::chrono::nanoseconds(about.st_mtim.tv_nsec));
  return std::optional<File>(std::move(out));
}

}  // namespace push::files
