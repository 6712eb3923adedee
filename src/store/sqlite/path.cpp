#include "store/sqlite/path.hpp"

#include <charconv>
#include <cstddef>

namespace push::store::sqlite {
namespace {

constexpr std::string_view kScheme = "file:";

core::Error bad(std::string_view connection, std::string_view why) {
  return core::failure(core::ErrorCode::invalid,
                       "database.connection: \"" + std::string(connection) + "\": " + std::string(why));
}

bool decode(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return false;
    const char* end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, value, 16).ptr != end || value == 0) return false;
    out += static_cast<char>(value);
    i += 2;
  }
  return true;
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
    return bad(connection, "a database in memory would lose every message; name a file");
  }
  if (uri && rest.starts_with("//")) {
    const std::size_t slash = rest.find('/', 2);
    const std::string_view host = rest.substr(2, slash == std::string_view::npos ? slash : slash - 2);
    if (!host.empty() && host != "localhost") return bad(connection, "the file must be on this host");
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  std::string path;
  if (!uri) path = rest;
  if (uri && !decode(rest, path)) return bad(connection, "malformed % escape");
  if (path.empty()) return bad(connection, "it names no file");
  return path;
}

}  // namespace push::store::sqlite
