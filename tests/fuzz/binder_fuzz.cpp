// Arbitrary bytes as the body and the query of a request, in every format that the binder reads.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "push/binder/binder.hpp"
#include "push/core/check.hpp"

namespace {

using push::binder::Form;
using push::binder::Source;

struct Message {
  std::string text;
  std::string title;
  std::optional<std::int64_t> priority;
  std::uint64_t appid = 0;
  bool flag = false;
  std::string extras;

  bool bind(const Source& source) {
    Form form("CreateMessage");
    form.text("message", text).required();
    form.text("title", title);
    form.integer("priority", priority).at_least(-100);
    form.unsigned_integer("appid", appid).at_most(1000);
    form.boolean("flag", flag);
    form.object("extras", extras);
    const auto bound = push::binder::bind(source, form);
    PUSH_CHECK(bound || (bound.error().code == push::core::ErrorCode::invalid && !bound.error().text.empty()));
    return bound.has_value();
  }
};

// The kept JSON is a fixed point: bytes that are not UTF-8 would come back as U+FFFD, anything but JSON not at all.
void check_extras(const std::string& extras) {
  const std::string body = R"({"message":"m","extras":)" + extras + "}";
  Message again;
  PUSH_CHECK(again.bind({"POST", "application/json", {}, body}));
  PUSH_CHECK(again.extras == extras);
}

constexpr std::array<std::string_view, 10> types = {"application/json",
                                                    "application/json",
                                                    "application/x-www-form-urlencoded",
                                                    "multipart/form-data; boundary=b",
                                                    "application/xml",
                                                    "application/x-yaml",
                                                    "application/toml",
                                                    "application/bson",
                                                    "",
                                                    "from the input"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string input(data + 2, data + size);
  std::string_view body = input;
  const std::string_view query = body.substr(0, data[1]);
  body.remove_prefix(query.size());
  std::string_view type = types[data[0] % types.size()];
  if (type == types.back()) {
    const std::size_t end = body.find('\n');
    type = body.substr(0, end);
    body.remove_prefix(type.size());
  }
  Message message;
  const bool bound = message.bind({data[0] >= 240 ? "GET" : "POST", type, query, body});
  if (bound) PUSH_CHECK(!message.text.empty() && message.appid <= 1000);
  if (bound && !message.extras.empty()) check_extras(message.extras);
  return 0;
}
