#include "store/sqlite/path.hpp"

#include <cstddef>
#include <filesystem>
#include <system_error>

#include "push/core/text.hpp"

namespace push::store::sqlite {
namespace {

constexpr std::string_view kScheme = "file:";

core::Error bad(std::string_view connection, std::string_view why) {
  return core::failure(core::ErrorCode::invalid,
                       "database.connection: \"" + std::string(connection) + "\": " + std::string(why));
}

}  // namespace

core::Result<std::string> database_path(std::string_view connection) {
  std::string_view rest = connection;
  const bool uri = rest.starts_with(kScheme);
  if (uri) rest.remove_prefix(kScheme.size());
  const std::size_t end = rest.find_first_of(uri ? "?#" : "?");
  const std::string_view parameters = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  rest = rest.substr(0, end);
  if (rest == ":memory:" || parameters.find("mode=memory") != std::string_view::npos) {
    return bad(connection, "an in-memory database would lose every message; use a file");
  }
  if (uri && rest.starts_with("//")) {
    const std::size_t slash = rest.find('/', 2);
    const std::string_view host = rest.substr(2, slash == std::string_view::npos ? slash : slash - 2);
    if (!host.empty() && host != "localhost") return bad(connection, "the file must be on this host");
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  const auto path = uri ? core::percent_decode(rest) : std::string(rest);
  if (!path || (uri && path->find('\0') != std::string::npos)) return bad(connection, "malformed % escape");
  if (path->empty()) return bad(connection, "path is empty");
  return *path;
}

core::Result<bool> is_there(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) return bad(path, "is a folder; name a file");
  return std::filesystem::exists(status);
}

std::string resolved(const std::string& path) {
  std::error_code error;
  const auto file = std::filesystem::weakly_canonical(path, error);
  return error ? path : file.string();
}

}  // namespace push::store::sqlite
