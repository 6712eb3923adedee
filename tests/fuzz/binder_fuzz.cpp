// Arbitrary bytes as the query (the first line) and the body of a request, in every format that the binder reads: what
// is bound keeps the form's rules, what is refused is explained in a text whose length does not depend on the body's.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "push/binder/binder.hpp"
#include "push/core/check.hpp"

namespace {

using push::binder::Form;
using push::binder::Source;

// The form's errors, and a few excerpts, each byte of which is quoted in four.
constexpr std::size_t kLongestError = 4096;

void check_error(const push::core::Error& error) {
  PUSH_CHECK(error.code == push::core::ErrorCode::invalid && !error.text.empty());
  PUSH_CHECK(error.text.size() <= kLongestError);
  PUSH_CHECK(error.text != "json: the body cannot be parsed");  // what Go reads, our parser reads
}

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
    if (!bound) check_error(bound.error());
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

void check_upload(const Source& source) {
  const auto upload = push::binder::find_upload(source, "file");
  if (!upload) return check_error(upload.error());
  if (!*upload) return;
  const std::string_view content = (*upload)->content.view;
  PUSH_CHECK(!(*upload)->file_name.empty() && content.size() < source.body.size());
  if (!(*upload)->content.owner.owns()) PUSH_CHECK(source.body.find(content) != std::string_view::npos);
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
  push::fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const std::string query = input.line();
  std::string type(types[choice % types.size()]);
  if (type == types.back()) type = input.line();
  const std::string body = input.rest();
  const Source source{choice >= 240 ? "GET" : "POST", type, query, body};
  Message message;
  const bool bound = message.bind(source);
  if (bound) PUSH_CHECK(!message.text.empty() && message.appid <= 1000);
  if (bound && !message.extras.empty()) check_extras(message.extras);
  check_upload(source);
  return 0;
}
