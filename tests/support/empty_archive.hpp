// An archive without messages, for tests of streams that never resume.
#pragma once
#include <limits>
#include <utility>

#include "push/stream/archive.hpp"

namespace push::test {

class EmptyArchive final : public stream::Archive {
 public:
  bool is_current(core::UserId /*user*/, const stream::Cursor& /*after*/) override { return true; }
  stream::Cursor relayed() const override { return {core::MessageId{std::numeric_limits<std::uint64_t>::max()}}; }
  void read(core::UserId /*user*/, const stream::Cursor& after, Done done) override {
    done(stream::Page{.messages = {}, .upto = after, .last = true});
  }
};

}  // namespace push::test
