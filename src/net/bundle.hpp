// Messages of one turn for one user, in order, sent in one write per connection that is not behind. One thread.
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
  static constexpr std::size_t kBytes = 64 * 1024;  // per write; above this the cost of another system call is small

  // Takes messages off the front of `waiting`: as many as fit into one write, at least one.
  void fill(std::vector<stream::Message>& waiting);
  void clear();

  const std::vector<stream::Message>& messages() const { return messages_; }
  std::size_t size() const { return messages_.size(); }
  bool empty() const { return messages_.empty(); }
  // All of them concatenated; made for the first connection that uses this encoding.
  std::string_view joined(stream::Encoding encoding) {
    const std::string_view bytes = joined_[static_cast<std::size_t>(encoding)];
    return bytes.data() != nullptr ? bytes : join(encoding);
  }

 private:
  std::string_view join(stream::Encoding encoding);

  std::vector<stream::Message> messages_;
  std::array<std::string_view, stream::kEncodings> joined_;  // null = not made yet
  std::array<std::string, stream::kEncodings> text_;         // what joined_ refers to if there are several messages
};

}  // namespace push::net
