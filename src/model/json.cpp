#include "push/model/json.hpp"

#include <array>
#include <charconv>
#include <cstddef>

#include "push/core/text.hpp"

namespace push::model {
namespace {

// What a byte means inside a JSON string.
enum class Kind : unsigned char { plain, escape, lead };

constexpr std::array<Kind, 256> make_kinds() {
  std::array<Kind, 256> kinds{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const bool special = byte < 0x20 || byte == '"' || byte == '\\' || byte == '<' || byte == '>' || byte == '&';
    kinds[byte] = byte >= 0x80 ? Kind::lead : special ? Kind::escape : Kind::plain;
  }
  return kinds;
}

constexpr std::array<Kind, 256> kKinds = make_kinds();

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

void append_escape(std::string& out, unsigned char byte) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0x0FU];
  }
}

// U+2028 and U+2029, which old JavaScript treats as line ends inside a string.
bool is_line_separator(std::string_view text, std::size_t at) {
  return byte_at(text, at) == 0xE2 && byte_at(text, at + 1) == 0x80 && (byte_at(text, at + 2) & 0xFEU) == 0xA8;
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_bool(std::string& out, bool value) {
  out += value ? "true" : "false";
}

void append_time(std::string& out, core::WallTime time) {
  out += '"';
  core::append_rfc3339(out, time);
  out += '"';
}

void append_time_or_null(std::string& out, const std::optional<core::WallTime>& time) {
  if (time) {
    append_time(out, *time);
  } else {
    out += "null";
  }
}

void append_elevation(std::string& out, const std::optional<core::WallTime>& until, core::WallTime now) {
  if (!until || *until <= now) return;
  out += ",\"elevatedUntil\":";
  append_time(out, *until);
}

// Without the closing brace.
void append_fields(std::string& out, const User& user) {
  out += "{\"id\":";
  append_number(out, core::value(user.id));
  out += ",\"name\":";
  append_json_string(out, user.name);
  out += ",\"admin\":";
  append_bool(out, user.admin);
  out += ",\"createdAt\":";
  append_time(out, user.created_at);
}

void append_ids(std::string& out, const std::vector<core::MessageId>& ids) {
  out += '[';
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    append_number(out, core::value(ids[i]));
  }
  out += ']';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;  // start of the bytes that need no escape
  std::size_t at = 0;
  const auto flush = [&] { out.append(text.data() + run, at - run); };
  while (at < text.size()) {
    const Kind kind = kKinds[byte_at(text, at)];
    if (kind == Kind::plain) {
      ++at;
    } else if (kind == Kind::escape) {
      flush();
      append_escape(out, byte_at(text, at));
      run = ++at;
    } else if (const std::size_t size = core::rune_size({text.data() + at, text.size() - at}); size == 0) {
      flush();
      out += "\\ufffd";
      run = ++at;
    } else if (size == 3 && is_line_separator(text, at)) {
      flush();
      out += byte_at(text, at + 2) == 0xA8 ? "\\u2028" : "\\u2029";
      run = at += size;
    } else {
      at += size;
    }
  }
  flush();
  out += '"';
}

void append_json(std::string& out, const Message& message) {
  out += "{\"id\":";
  append_number(out, core::value(message.id));
  out += ",\"appid\":";
  append_number(out, core::value(message.application));
  out += ",\"message\":";
  append_json_string(out, message.message);
  out += ",\"title\":";
  append_json_string(out, message.title);
  out += ",\"priority\":";
  append_number(out, message.priority);
  if (!message.extras.empty()) {
    out += ",\"extras\":";
    out += message.extras;
  }
  out += ",\"date\":";
  append_time(out, message.date);
  out += '}';
}

void append_json(std::string& out, const ReadMarks& marks) {
  out += "{\"upTo\":";
  append_number(out, core::value(marks.up_to));
  out += ",\"ids\":";
  append_ids(out, marks.ids);
  out += '}';
}

void append_json(std::string& out, const Event& event) {
  out += event.kind == Event::Kind::deleted ? "{\"event\":\"delete\"" : "{\"event\":\"read\"";
  out += ",\"event_id\":";
  append_number(out, core::value(event.id));
  if (!event.ids.empty()) {
    out += ",\"ids\":";
    append_ids(out, event.ids);
  } else {
    out += ",\"upTo\":";
    append_number(out, core::value(event.up_to));
    if (event.application != core::ApplicationId{}) {
      out += ",\"appid\":";
      append_number(out, core::value(event.application));
    }
  }
  out += '}';
}

void append_json(std::string& out, const Application& application, bool with_token) {
  out += "{\"id\":";
  append_number(out, core::value(application.id));
  if (with_token) {
    out += ",\"token\":";
    append_json_string(out, application.token);
  }
  out += ",\"name\":";
  append_json_string(out, application.name);
  out += ",\"description\":";
  append_json_string(out, application.description);
  out += ",\"internal\":";
  append_bool(out, application.internal);
  out += ",\"image\":";
  append_json_string(out, application.image.empty() ? "static/defaultapp.png" : "image/" + application.image);
  out += ",\"defaultPriority\":";
  append_number(out, application.default_priority);
  out += ",\"createdAt\":";
  append_time(out, application.created_at);
  out += ",\"lastUsed\":";
  append_time_or_null(out, application.last_used);
  out += ",\"sortKey\":";
  append_json_string(out, application.sort_key);
  out += '}';
}

void append_json(std::string& out, const Client& client, bool with_token, core::WallTime now) {
  out += "{\"id\":";
  append_number(out, core::value(client.id));
  if (with_token) {
    out += ",\"token\":";
    append_json_string(out, client.token);
  }
  out += ",\"name\":";
  append_json_string(out, client.name);
  out += ",\"createdAt\":";
  append_time(out, client.created_at);
  out += ",\"lastUsed\":";
  append_time_or_null(out, client.last_used);
  append_elevation(out, client.elevated_until, now);
  out += ",\"expiresAfterInactivitySeconds\":";
  append_number(out, client.expires_after_inactivity_seconds);
  if (client.expires_at) {
    out += ",\"expiresAt\":";
    append_time(out, *client.expires_at);
  }
  out += '}';
}

void append_json(std::string& out, const User& user) {
  append_fields(out, user);
  out += '}';
}

void append_json(std::string& out, const User& user, const Session& session, core::WallTime now) {
  append_fields(out, user);
  if (session.client != core::ClientId{}) {
    out += ",\"clientId\":";
    append_number(out, core::value(session.client));
  }
  append_elevation(out, session.elevated_until, now);
  out += '}';
}

void append_page_head(std::string& out, const Paging& paging) {
  out += "{\"paging\":{";
  if (!paging.next.empty()) {
    out += "\"next\":";
    append_json_string(out, paging.next);
    out += ',';
  }
  out += "\"size\":";
  append_number(out, paging.size);
  out += ",\"since\":";
  append_number(out, paging.since);
  out += ",\"limit\":";
  append_number(out, paging.limit);
  out += "},\"messages\":[";
}

}  // namespace push::model
