#include "store/sqlite/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "push/core/host.hpp"
#include "push/core/log.hpp"
#include "store/sqlite/path.hpp"

namespace push::store::sqlite {
namespace {

constexpr std::size_t kMaxNote = 200;  // bytes of the note that are read

// Who holds the lock, for the other server's error: in containers every server is process 1, so the host counts, too.
std::string own_note() {
  return "pid=" + std::to_string(::getpid()) + " host=" + core::host_name() + "\n";
}

std::string read_note(int file) {
  std::array<char, kMaxNote> bytes{};
  const ssize_t size = ::pread(file, bytes.data(), bytes.size(), 0);
  const std::string_view text(bytes.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  std::string line(text.substr(0, text.find('\n')));
  std::erase_if(line, [](char c) { return c < ' ' || c > '~'; });
  return line.empty() ? "pid unknown" : line;
}

void write_note(int file) {
  const std::string note = own_note();
  // On a full disk the lock holds without its note.
  if (::ftruncate(file, 0) == 0) static_cast<void>(::pwrite(file, note.data(), note.size(), 0));
}

// Whether the open file still has this path: its last owner may have removed it between open() and flock().
bool is_at(int file, const std::string& path) {
  struct stat opened {};
  struct stat found {};
  return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &found) == 0 && opened.st_dev == found.st_dev &&
         opened.st_ino == found.st_ino;
}

}  // namespace

core::Result<FolderLock> FolderLock::take(const std::string& database) {
  const std::string path = resolved(database) + "-lock";
  while (true) {
    core::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
      if (!is_at(file.get(), path)) continue;
      write_note(file.get());
      return FolderLock(std::move(file), path);
    }
    if (file && errno == EWOULDBLOCK) {
      return core::failure(core::ErrorCode::unavailable,
                           "another server is using it: " + read_note(file.get()) + " lock=" + path);
    }
    spdlog::warn("database is not locked against a second server lock=\"{}\" error=\"{}\"", path, std::strerror(errno));
    return FolderLock(core::Descriptor(), path);
  }
}

FolderLock::~FolderLock() {
  if (file_ && is_at(file_.get(), path_)) ::unlink(path_.c_str());
}

}  // namespace push::store::sqlite
