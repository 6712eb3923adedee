// One message, written by simple writers in every format that the binder reads: each is read back as it was. The input
// says what the message is, and which of the spellings that a format allows each character gets.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "push/binder/binder.hpp"
#include "push/core/check.hpp"
#include "push/core/text.hpp"

namespace {

using namespace push;

struct Message {
  std::u32string text;
  std::u32string title;
  std::int64_t priority = 0;
  std::uint64_t appid = 0;
  bool flag = false;
};

// Bits of the input, over and over.
class Choices {
 public:
  explicit Choices(std::uint32_t bits) : bits_(bits) {}
  bool next() {
    bits_ = bits_ >> 1U | bits_ << 31U;
    return (bits_ & 1U) != 0;
  }

 private:
  std::uint32_t bits_;
};

std::string utf8(const std::u32string& text) {
  std::string out;
  for (const char32_t c : text) core::append_rune(out, c);
  return out;
}

std::u32string characters(const std::string& text) {
  std::u32string out;
  for (std::string_view rest = text; !rest.empty();) {
    const core::Rune rune = core::next_rune(rest);
    out += rune.value;
    rest.remove_prefix(rune.size);
  }
  return out;
}

std::string number(const char* form, char32_t value) {
  std::array<char, 32> out{};
  const int size = std::snprintf(out.data(), out.size(), form, static_cast<unsigned>(value));
  return {out.data(), static_cast<std::size_t>(size)};
}

bool is_plain(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
}
bool is_control(char32_t c) {
  return c < U' ' || c == 0x7F;
}

// ---- one string in each format

using Write = std::string (*)(const std::u32string& text, Choices& choices);

std::string in_json(const std::u32string& text, Choices& choices) {
  std::string out = "\"";
  for (const char32_t c : text) {
    if (c >= U' ' && c != U'"' && c != U'\\' && choices.next()) {
      core::append_rune(out, c);
    } else if (c > 0xFFFF) {
      out += number("\\u%04x", 0xD800 + ((c - 0x10000) >> 10U)) + number("\\u%04X", 0xDC00 + ((c - 0x10000) & 0x3FFU));
    } else {
      out += number("\\u%04x", c);
    }
  }
  return out + '"';
}

std::string in_form(const std::u32string& text, Choices& choices) {
  std::string out;
  for (const char c : utf8(text)) {
    if (c == ' ' && choices.next()) {
      out += '+';
    } else if (std::string_view("%+&;").find(c) == std::string_view::npos && choices.next()) {
      out += c;
    } else {
      core::append_percent_escape(out, c);
    }
  }
  return out;
}

std::string in_xml(const std::u32string& text, Choices& choices) {
  std::string out;
  for (const char32_t c : text) {
    if (c != U'&' && c != U'<' && c != U'>' && c != U'\r' && choices.next()) {
      core::append_rune(out, c);
    } else {
      out += number(choices.next() ? "&#x%x;" : "&#%u;", c);
    }
  }
  return out;
}

// In double quotes; characters below `end` have a short escape, too.
std::string in_quotes(const std::u32string& text, Choices& choices, const char* short_escape, char32_t end) {
  std::string out = "\"";
  for (const char32_t c : text) {
    if (!is_control(c) && c != U'"' && c != U'\\' && choices.next()) {
      core::append_rune(out, c);
    } else {
      out += c < end && choices.next() ? number(short_escape, c) : number("\\U%08x", c);
    }
  }
  return out + '"';
}

std::string in_yaml(const std::u32string& text, Choices& choices) {
  return in_quotes(text, choices, "\\x%02x", 0x100);
}
std::string in_toml(const std::u32string& text, Choices& choices) {
  return in_quotes(text, choices, "\\u%04x", 0x10000);
}

std::string as_it_is(const std::u32string& text, Choices& /*choices*/) {
  return utf8(text);
}

std::string in_quoted_printable(const std::u32string& text, Choices& choices) {
  std::string out;
  const std::string bytes = utf8(text);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (c == '\r' && bytes.compare(at, 2, "\r\n") == 0 && choices.next()) {
      out += "\r\n";
      ++at;
      continue;
    }
    if ((is_plain(static_cast<unsigned char>(c)) || c == '\n') && choices.next()) {
      out += c;
    } else {
      out += number("=%02X", static_cast<unsigned char>(c));
    }
    if (c != '\n' && choices.next()) out += choices.next() ? "=\r\n" : "=\n";
  }
  return out;
}

// ---- one message in each format

std::string document(const Message& message, Choices choices, Write write, std::array<std::string_view, 6> around) {
  const std::string text = write(message.text, choices);
  const std::string title = write(message.title, choices);
  const std::array values = {text, title, std::to_string(message.priority), std::to_string(message.appid),
                             std::string(message.flag ? "true" : "false")};
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) out.append(around[i]).append(values[i]);
  return out.append(around[5]);
}

std::string as_json(const Message& message, Choices choices) {
  return document(message, choices, in_json,
                  {R"({"message":)", R"(, "title" :)", R"(,"priority":)", R"(,"appid": )", R"(,"flag":)", "}"});
}
std::string as_form(const Message& message, Choices choices) {
  return document(message, choices, in_form, {"message=", "&title=", "&priority=", "&appid=", "&flag=", ""});
}
std::string as_xml(const Message& message, Choices choices) {
  return document(message, choices, in_xml,
                  {"<a><Message>", "</Message><Title>", "</Title><Priority>", "</Priority>\n<ApplicationID>",
                   "</ApplicationID><Flag>", "</Flag></a>"});
}
std::string as_yaml(const Message& message, Choices choices) {
  return document(message, choices, in_yaml,
                  {"message: ", "\ntitle: ", "\npriority: ", "\napplicationid: ", "\nflag: ", "\n"});
}
std::string as_toml(const Message& message, Choices choices) {
  return document(message, choices, in_toml,
                  {"Message = ", "\ntitle= ", "\nPRIORITY =", "\nApplicationID=", "\nflag = ", "\n"});
}

#define FIELD(name) "\r\n--=_b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n"

std::string as_multipart(const Message& message, Choices choices) {
  return document(message, choices, as_it_is,
                  {FIELD("message") "\r\n", FIELD("title") "\r\n", FIELD("priority") "\r\n", FIELD("appid") "\r\n",
                   FIELD("flag") "\r\n", "\r\n--=_b--"});
}

#define ENCODED(name) FIELD(name) "Content-Transfer-Encoding: Quoted-Printable\r\n\r\n"

std::string as_encoded_multipart(const Message& message, Choices choices) {
  return document(message, choices, in_quoted_printable,
                  {ENCODED("message"), ENCODED("title"), FIELD("priority") "\r\n", FIELD("appid") "\r\n",
                   FIELD("flag") "\r\n", "\r\n--=_b--"});
}

// ---- reading

constexpr std::string_view kMultipart = "multipart/form-data; boundary=\"=_b\"";

void check_bound(const Message& message, const binder::Source& source) {
  std::string text;
  std::string title;
  std::int64_t priority = 0;
  std::uint64_t appid = 0;
  bool flag = false;
  binder::Form form("CreateMessage");
  form.text("message", text).required();
  form.text("title", title);
  form.integer("priority", priority);
  form.unsigned_integer("appid", appid);
  form.boolean("flag", flag);
  const auto bound = binder::bind(source, form);
  PUSH_CHECK(bound.has_value() != message.text.empty());
  if (!bound) PUSH_CHECK(bound.error().text == "Field 'message' is required");
  PUSH_CHECK(text == utf8(message.text) && title == utf8(message.title));
  PUSH_CHECK(priority == message.priority && appid == message.appid && flag == message.flag);
}

void check_upload(const std::string& content, const std::string& header, const std::string& written) {
  const std::string body = "--=_b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n" + header +
                           "\r\n" + written + "\r\n--=_b--\r\n";
  const auto upload = binder::find_upload({"POST", kMultipart, {}, body}, "file");
  PUSH_CHECK(upload && *upload && (*upload)->file_name == "f" && (*upload)->content.view == content);
}

void check_all(const Message& message, Choices choices) {
  check_bound(message, {"POST", "application/json", {}, as_json(message, choices)});
  check_bound(message, {"POST", "application/x-www-form-urlencoded", {}, as_form(message, choices)});
  check_bound(message, {"GET", {}, as_form(message, choices), {}});
  check_bound(message, {"POST", "application/x-yaml", {}, as_yaml(message, choices)});
  check_bound(message, {"POST", "application/toml", {}, as_toml(message, choices)});
  check_bound(message, {"POST", kMultipart, {}, as_encoded_multipart(message, choices)});
  check_upload(utf8(message.text), "Content-Transfer-Encoding: quoted-printable\r\n",
               in_quoted_printable(message.text, choices));
  const std::string text = utf8(message.text);
  if ((text + utf8(message.title)).find("--=_b") == std::string::npos) {
    check_bound(message, {"POST", kMultipart, {}, as_multipart(message, choices)});
    check_upload(text, {}, text);
  }
}

// XML has no way to write most control characters.
void check_xml(Message message, Choices choices) {
  const auto is_none = [](char32_t c) {
    return (c < U' ' && c != U'\t' && c != U'\n' && c != U'\r') || c == 0xFFFE || c == 0xFFFF;
  };
  std::erase_if(message.text, is_none);
  std::erase_if(message.title, is_none);
  check_bound(message, {"POST", "text/xml", {}, as_xml(message, choices)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const Choices choices(input.word());
  Message message;
  const std::uint64_t high = input.word();
  message.priority = static_cast<std::int64_t>(high << 32U | input.word());
  message.appid = static_cast<std::uint64_t>(message.priority) >> (1 + input.byte() % 63);
  message.flag = high % 2 == 0;
  message.title = characters(input.line());
  message.text = characters(input.rest());
  check_all(message, choices);
  check_xml(message, choices);
  return 0;
}
