#include "store/postgres/notice.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace push::store::postgres {
namespace {

// Up to the next space.
std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  return word;
}

bool read_number(std::string_view word, core::MessageId& id) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  id = core::MessageId{number};
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace

std::string channel_of(const std::string& cluster) {
  return "sharded_gotify_" + cluster;
}

// Nothing if no id was taken.
std::string notify_commit_sql(const std::string& channel) {
  return "(SELECT pg_notify(" + channel +
         ", 'c ' || $8 || ' ' || coalesce(p.last, 0) || ' ' || own.last) FROM p, (SELECT max(id) AS last FROM x) AS own"
         " WHERE own.last IS NOT NULL)";
}

std::string notify_log_sql(const std::string& channel) {
  return "SELECT pg_notify(" + channel + ", 'l')";
}

std::optional<Notice> read_notice(std::string_view text) {
  Notice notice;
  const std::string_view kind = take_word(text);
  notice.log = kind == "l";
  if (notice.log) return notice;
  notice.node = take_word(text);
  const bool read = read_number(take_word(text), notice.previous) && read_number(take_word(text), notice.last);
  if (kind != "c" || notice.node.empty() || !read) return std::nullopt;
  return notice;
}

}  // namespace push::store::postgres
