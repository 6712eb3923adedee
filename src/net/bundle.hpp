// Messages of one turn for one user, in order: one write to every connection that is not behind. One thread.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "push/stream/message.hpp"

namespace push::net {

class Bundle {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;  // in one write: beyond, a system call's price is small

  // Takes messages off the front of `waiting`: as many as go into one write, at least one.
  void fill(std::vector<stream::Message>& waiting);
  void clear();

  const std::vector<stream::Message>& messages() const { return messages_; }
  std::size_t size() const { return messages_.size(); }
  bool empty() const { return messages_.empty(); }
  // All of them, one after the other; made when the first connection of that kind is served.
  std::string_view joined(stream::Encoding encoding) {
    const std::string_view bytes = joined_[static_cast<std::size_t>(encoding)];
    return bytes.data() != nullptr ? bytes : join(encoding);
  }

 private:
  std::string_view join(stream::Encoding encoding);

  std::vector<stream::Message> messages_;
  std::array<std::string_view, stream::kEncodings> joined_;  // null = not asked for yet
  std::array<std::string, stream::kEncodings> text_;         // what joined_ shows if there are several messages
};

}  // namespace push::net
