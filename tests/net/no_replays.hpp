// For tables whose streams never resume.
#pragma once
#include "net/resume.hpp"
#include "push/core/check.hpp"

namespace push::net {

struct NoReplays final : Replays {
  bool is_current(core::UserId, const stream::Cursor&) override { return true; }
  stream::Cursor relayed() const override { return {}; }
  void read(std::uint64_t, core::UserId, const stream::Cursor&) override { PUSH_CHECK(false); }
};

}  // namespace push::net
