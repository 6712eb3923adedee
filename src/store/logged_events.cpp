#include "store/logged_events.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "push/model/limits.hpp"

namespace push::store {

model::Event deletion_of(core::UserId user, core::WallTime now, std::vector<core::MessageId> ids) {
  return {{}, user, now, model::Event::Kind::deleted, std::move(ids), {}, {}};
}

model::Event deletion_up_to(core::UserId user, core::WallTime now, core::MessageId up_to,
                            core::ApplicationId application) {
  return {{}, user, now, model::Event::Kind::deleted, {}, up_to, application};
}

std::vector<model::Event> deletions_of(core::UserId user, core::WallTime now, std::span<const core::MessageId> ids) {
  std::vector<model::Event> events;
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), model::kMaxEventIds));
    events.push_back(deletion_of(user, now, {some.begin(), some.end()}));
    ids = ids.subspan(some.size());
  }
  return events;
}

std::string_view column_of(model::Event::Kind kind) {
  return kind == model::Event::Kind::read ? "read" : "delete";
}

std::string column_of(const std::vector<core::MessageId>& ids) {
  std::string text;
  for (const core::MessageId id : ids) {
    if (!text.empty()) text += ',';
    text += std::to_string(core::value(id));
  }
  return text;
}

std::vector<core::MessageId> ids_of(std::string_view column) {
  std::vector<core::MessageId> ids;
  const char* const end = column.data() + column.size();
  for (const char* at = column.data(); at < end; ++at) {
    std::uint64_t id = 0;
    const auto read = std::from_chars(at, end, id);
    if (read.ec != std::errc()) break;
    ids.push_back(core::MessageId{id});
    at = read.ptr;
  }
  return ids;
}

}  // namespace push::store
