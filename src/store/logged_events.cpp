#include "store/logged_events.hpp"

#include <algorithm>
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

}  // namespace push::store
