#include "webpush/payload.hpp"

#include <algorithm>
#include <string_view>

#include "push/model/json.hpp"
#include "webpush/encryption.hpp"

namespace push::webpush {
namespace {

constexpr std::size_t kMaxTitle = 512;  // bytes of a title that is cut
constexpr std::string_view kTruncated = R"(,"truncated":true})";

std::string json_of(const model::Message& message) {
  std::string out;
  model::append_json(out, message);
  return out;
}

// Ends before a character that would not be whole.
std::string_view head(std::string_view text, std::size_t size) {
  if (size >= text.size()) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::string shortened(model::Message& message) {
  std::string out = json_of(message);
  out.pop_back();
  out += kTruncated;
  return out;
}

}  // namespace

std::string payload_of(model::Message message) {
  // JSON is at least as long as its texts, so most of a long message need not be written to know that it is too long.
  if (message.message.size() + message.title.size() + message.extras.size() <= kMaxPayload) {
    std::string whole = json_of(message);
    if (whole.size() <= kMaxPayload) return whole;
  }
  message.extras.clear();
  if (message.message.size() + message.title.size() <= kMaxPayload) {
    std::string without_extras = shortened(message);
    if (without_extras.size() <= kMaxPayload) return without_extras;
  }
  message.title = head(message.title, kMaxTitle);
  const std::string text(head(message.message, kMaxPayload));
  // The greatest part of the text that fits: JSON grows with it.
  std::size_t fits = 0;
  std::size_t too_much = text.size() + 1;
  while (too_much - fits > 1) {
    const std::size_t middle = fits + (too_much - fits) / 2;
    message.message = head(text, middle);
    (shortened(message).size() <= kMaxPayload ? fits : too_much) = middle;
  }
  message.message = head(text, fits);
  return shortened(message);
}

const char* urgency_of(std::int64_t priority) {
  if (priority <= 0) return "very-low";
  if (priority <= 3) return "low";
  return priority <= 7 ? "normal" : "high";
}

}  // namespace push::webpush
