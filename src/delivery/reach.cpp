#include "delivery/reach.hpp"

#include "push/core/log.hpp"

namespace push::delivery {

void Reach::asked() {
  asked_.store(core::steady_now());
}

void Reach::succeeded() {
  asked_.store(core::SteadyTime());
  answered_.store(core::steady_now());
  if (failing_.exchange(false)) spdlog::info("messages of other nodes can be read again");
}

void Reach::failed(const std::string& trouble) {
  asked_.store(core::SteadyTime());
  meters_.failed.add();
  if (!failing_.exchange(true)) spdlog::error("cannot read messages of other nodes error=\"{}\"", trouble);
}

std::chrono::milliseconds Reach::unreachable() const {
  const core::SteadyTime now = core::steady_now();
  const core::SteadyTime asked = asked_.load();
  const bool is_slow = asked != core::SteadyTime() && now - asked > kSlow;
  if (!is_slow && !failing_.load()) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - answered_.load());
}

}  // namespace push::delivery
