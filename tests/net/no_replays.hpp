// For tables whose streams never resume.
#pragma once
#include "net/resume.hpp"
#include "push/core/check.hpp"

namespace push::net {

struct NoReplays final : Replays {
  bool is_current(core::UserId, core::MessageId) override { return true; }
  core::MessageId relayed() const override { return {}; }
  void read(std::uint64_t, core::UserId, core::MessageId) override { PUSH_CHECK(false); }
};

}  // namespace push::net
