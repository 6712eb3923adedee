#include "push/files/image_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "files/image_kind.hpp"
#include "push/core/descriptor.hpp"
#include "push/core/log.hpp"
#include "push/core/random.hpp"

namespace push::files {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
constexpr std::size_t kNameLetters = 25;
constexpr std::string_view kUnfinished = ".upload-";  // a name with this and no extension is never served

constexpr std::string_view kOwnerFile = ".database";
constexpr std::string_view kSeveral = "several";
// In front of the name of a picture that no application names. Its time of change says since when.
constexpr std::string_view kUnnamed = ".unnamed-";
// Whoever tries an older or an empty database for some days loses no picture by it.
constexpr std::chrono::hours kSweepAge{24 * 7};

// As save() names them, and Gotify.
bool could_be_ours(std::string_view name) {
  const std::string_view letters = name.substr(0, name.size() - image_extension(name).size());
  return letters.size() == kNameLetters && letters.size() < name.size() &&
         letters.find_first_not_of(kLetters) == std::string_view::npos;
}

// Whether the file names this owner. If it names nobody, it will; if another one, nobody owns the folder any more.
bool belongs_to(const std::string& path, const std::string& owner) {
  std::ifstream file(path);
  const std::string found{std::istreambuf_iterator<char>(file), {}};
  if (found == owner + "\n") return true;
  if (found != std::string(kSeveral) + "\n") std::ofstream(path) << (found.empty() ? owner : kSeveral) << "\n";
  return false;
}

bool could_be_image(std::string_view name) {
  return name.find('/') == std::string_view::npos && !image_extension(name).empty();
}

core::Error refused(const std::string& what, const std::string& path, const std::string& why) {
  return core::failure(core::ErrorCode::unavailable, "cannot " + what + " " + path + ": " + why);
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

core::Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const core::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) return refused("create", path, std::strerror(errno));
  if (write_all(file.get(), bytes) && ::fsync(file.get()) == 0) return {};
  return refused("write", path, std::strerror(errno));
}

core::Result<void> sync_folder(const std::string& path) {
  const core::Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && ::fsync(folder.get()) == 0) return {};
  return refused("write", path, std::strerror(errno));
}

// Renames the file durably, or removes it.
core::Result<void> put_in_place(const std::string& from, const std::string& to, const std::string& folder) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return refused("create", to, std::strerror(errno));
  auto synced = sync_folder(folder);
  if (!synced) ::unlink(to.c_str());
  return synced;
}

}  // namespace

core::Result<void> ImageFolder::prepare() const {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) return refused("create the image directory", path_, error.message());
  std::filesystem::directory_iterator entry(path_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.filename().string().starts_with(kUnfinished) && ::unlink(path.c_str()) != 0) {
      spdlog::warn("cannot remove stale upload path=\"{}\" error=\"{}\"", path.string(), std::strerror(errno));
    }
  }
  if (error) return refused("read the image directory", path_, error.message());
  return {};
}

void ImageFolder::sweep_one(const std::string& name, const std::unordered_set<std::string>& named, Swept& swept) const {
  const bool is_aside = name.starts_with(kUnnamed);
  const std::string picture = name.substr(is_aside ? kUnnamed.size() : 0);
  const bool is_named = named.contains(picture);
  const std::string path = path_ + "/" + name;
  const auto now = std::filesystem::file_time_type::clock::now();
  std::error_code error;
  if (!could_be_ours(picture) || !std::filesystem::is_regular_file(path, error)) return;
  if (is_aside && is_named) {
    std::filesystem::rename(path, path_ + "/" + picture, error);
  } else if (is_aside) {
    if (std::filesystem::last_write_time(path, error) > now - kSweepAge || error) return;
    if (std::filesystem::remove(path, error)) ++swept.removed;
  } else if (!is_named) {
    std::filesystem::last_write_time(path, now, error);  // first: an old picture would be removed by the next sweep
    if (!error) std::filesystem::rename(path, path_ + "/" + std::string(kUnnamed) + name, error);
    if (!error) ++swept.put_aside;
  }
}

void ImageFolder::sweep(const std::unordered_set<std::string>& named, const std::string& owner) const {
  if (!belongs_to(path_ + "/" + std::string(kOwnerFile), owner)) return;
  Swept swept;
  std::error_code error;
  std::filesystem::directory_iterator entry(path_, error);
  std::vector<std::string> names;  // all of them first, because those that are renamed could appear again
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    names.push_back(entry->path().filename().string());
  for (const std::string& name : names) sweep_one(name, named, swept);
  if (swept.removed > 0)
    spdlog::info("removed pictures that no application names count={} path=\"{}\"", swept.removed, path_);
  if (swept.put_aside > 0) {
    spdlog::info("put pictures aside that no application names count={} path=\"{}\" removed_after_days={}",
                 swept.put_aside, path_, std::chrono::duration_cast<std::chrono::days>(kSweepAge).count());
  }
  if (error) spdlog::warn("cannot read the image directory path=\"{}\" error=\"{}\"", path_, error.message());
}

core::Result<std::string> ImageFolder::save(std::string_view upload_name, std::string_view bytes) const {
  if (!is_image(bytes)) return core::failure(core::ErrorCode::invalid, "file must be an image");
  const std::string_view extension = image_extension(upload_name);
  if (extension.empty()) return core::failure(core::ErrorCode::invalid, "invalid file extension");
  std::string name = core::random_letters(kLetters, kNameLetters) + std::string(extension);
  if (auto stored = put(name, bytes); !stored) return stored.error();
  return name;
}

core::Result<void> ImageFolder::put(const std::string& name, std::string_view bytes) const {
  if (!could_be_image(name)) return core::failure(core::ErrorCode::invalid, "not the name of a picture: " + name);
  const std::string unfinished = path_ + "/" + std::string(kUnfinished) + core::random_letters(kLetters, kNameLetters);
  auto stored = write_durably(unfinished, bytes);
  if (stored) stored = put_in_place(unfinished, path_ + "/" + name, path_);
  if (!stored) ::unlink(unfinished.c_str());
  return stored;
}

bool ImageFolder::could_be(std::string_view name) {
  return could_be_image(name);
}

void ImageFolder::remove(const std::string& name) const {
  if (!could_be_image(name)) return;
  const std::string path = path_ + "/" + name;
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  spdlog::warn("cannot remove image path=\"{}\" error=\"{}\"", path, std::strerror(errno));
}

core::Result<std::optional<File>> ImageFolder::open(std::string_view name) const {
  if (!could_be_image(name)) return std::optional<File>();
  return open_file(path_, name, DotFiles::served);  // Gotify 2 has names that begin with a dot
}

}  // namespace push::files
