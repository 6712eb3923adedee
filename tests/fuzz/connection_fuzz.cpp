// database.connection of PostgreSQL: what is written in either form is read back, and neither a description nor an
// error shows a password or a part of a malformed text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "push/core/check.hpp"
#include "push/core/text.hpp"
#include "store/postgres/connection_settings.hpp"
#include "store/postgres/connection_string.hpp"

namespace {

using push::store::postgres::ConnectionSettings;
using push::store::postgres::ConnectionString;
using push::store::postgres::read_connection;

constexpr std::string_view kSecret = "geheim";

bool shows_secret(const std::string& text) {
  return text.find(kSecret) != std::string::npos;
}

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) push::core::append_percent_escape(out, c);
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

void check_any(const std::string& text) {
  const auto parsed = ConnectionString::parse(text);
  if (!parsed) PUSH_CHECK(!shows_secret(parsed.error().text));
}

void check_written(const std::string& user, const std::string& password, const std::string& other) {
  const ConnectionSettings given{
      {"user", user}, {"password", password}, {"host", "db"}, {"port", "5433"}, {"search_path", other}};
  std::string words;
  for (const auto& [name, value] : given) words += name + " = " + quoted(value) + " ";
  const std::string url =
      "postgres://" + encoded(user) + ":" + encoded(password) + "@db:5433/?search_path=" + encoded(other);
  for (const std::string& text : {words, url}) {
    const auto read = read_connection(text);
    PUSH_CHECK(read.has_value() && *read == given);
    const auto parsed = ConnectionString::parse(text);
    PUSH_CHECK(parsed.has_value() && (shows_secret(user) || !shows_secret(parsed->description)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_any(text);
  std::string plain;
  for (const char c : text) {
    if (c != '\0') plain += c;
  }
  const std::size_t third = plain.size() / 3;
  check_written(plain.substr(0, third), std::string(kSecret) + plain.substr(third, third), plain.substr(2 * third));
  return 0;
}
