#include "net/bundle.hpp"

#include <iterator>

namespace push::net {

// Measured in JSON: the encodings are about as long.
void Bundle::fill(std::vector<stream::Message>& waiting) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < waiting.size() && (count == 0 || bytes + waiting[count].json().size() <= kBytes)) {
    bytes += waiting[count++].json().size();
  }
  const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
  clear();
  messages_.assign(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
  waiting.erase(waiting.begin(), end);
}

// Keeps the strings' capacity for the next messages, unless it became large.
void Bundle::clear() {
  messages_.clear();
  joined_ = {};
  for (std::string& text : text_) {
    if (text.capacity() > kBytes) std::string().swap(text);
  }
}

std::string_view Bundle::join(stream::Encoding encoding) {
  std::string_view& joined = joined_[static_cast<std::size_t>(encoding)];
  if (messages_.size() == 1) return joined = messages_.front().encoded(encoding);
  std::string& text = text_[static_cast<std::size_t>(encoding)];
  std::size_t bytes = 0;
  for (const stream::Message& message : messages_) bytes += message.encoded(encoding).size();
  text.clear();
  text.reserve(bytes);
  for (const stream::Message& message : messages_) text += message.encoded(encoding);
  return joined = text;
}

}  // namespace push::net
