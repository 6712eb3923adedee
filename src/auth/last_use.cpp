#include "auth/last_use.hpp"

#include <string>

namespace push::auth {

LastUsePtr LastUses::of(core::ClientId id, std::optional<core::WallTime> stored) {
  return find("c" + std::to_string(core::value(id)), stored);
}

LastUsePtr LastUses::of(core::ApplicationId id, std::optional<core::WallTime> stored) {
  return find("a" + std::to_string(core::value(id)), stored);
}

LastUsePtr LastUses::find(std::string_view key, std::optional<core::WallTime> stored) {
  LastUsePtr last_use;
  {
    const core::Lock lock(mutex_);
    if (const LastUsePtr* known = cache_.find(key)) {
      last_use = *known;
    } else {
      last_use = std::make_shared<LastUse>();
      cache_.insert(key, last_use);
    }
  }
  if (stored) last_use->at_least(*stored);
  return last_use;
}

}  // namespace push::auth
