// The forms that Gotify's handlers bind, each as one line of text, so that a row of a table says everything.
#pragma once
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "push/binder/binder.hpp"

namespace push::binder::test {

struct Row {
  std::string_view input;
  std::string_view outcome;  // the fields, or "! " and the error text
};
inline std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.input.substr(0, 80);
}

template <class Number>
std::string show(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "-";
}

inline std::string outcome(const core::Result<void>& bound, std::string fields) {
  if (bound) return fields;
  return (bound.error().code == core::ErrorCode::invalid ? "! " : "!wrong code! ") + bound.error().text;
}

inline constexpr std::size_t kExtras = std::size_t{64} << 10;  // the default of extraslimit

// message|title|priority|appid|extras
inline std::string create_message(const Source& source) {
  std::string message, title, extras;
  std::optional<std::int64_t> priority;
  std::uint64_t appid = 0;
  Form form("CreateMessage");
  form.text("message", message).required();
  form.text("title", title);
  form.integer("priority", priority);
  form.unsigned_integer("appid", appid);
  form.object("extras", extras).at_most_bytes(kExtras);
  const auto bound = bind(source, form);
  return outcome(bound, message + "|" + title + "|" + show(priority) + "|" + std::to_string(appid) + "|" + extras);
}

// name|description|defaultPriority|sortKey
inline std::string application_params(const Source& source) {
  std::string name, description, sort_key;
  std::int64_t priority = 0;
  Form form("ApplicationParams");
  form.text("name", name).required();
  form.text("description", description);
  form.integer("defaultPriority", priority);
  form.text("sortKey", sort_key);
  const auto bound = bind(source, form);
  return outcome(bound, name + "|" + description + "|" + std::to_string(priority) + "|" + sort_key);
}

// name|expiresAfterInactivitySeconds
inline std::string client_params(const Source& source) {
  std::string name;
  std::optional<std::uint64_t> expires;
  Form form("ClientParams");
  form.text("name", name).required();
  form.unsigned_integer("expiresAfterInactivitySeconds", expires);
  const auto bound = bind(source, form);
  return outcome(bound, name + "|" + show(expires));
}

// name|pass|admin
inline std::string create_user(const Source& source) {
  std::string name, pass;
  bool admin = false;
  Form form("CreateUserExternal");
  form.text("name", name).required();
  form.boolean("admin", admin);
  form.text("pass", pass).required();
  const auto bound = bind(source, form);
  return outcome(bound, name + "|" + pass + "|" + (admin ? "true" : "false"));
}

// durationSeconds
inline std::string elevate(const Source& source) {
  std::int64_t seconds = 0;
  Form form("ElevateRequest");
  form.integer("durationSeconds", seconds).required();
  const auto bound = bind(source, form);
  return outcome(bound, std::to_string(seconds));
}

// regenerateToken
inline std::string security(const Source& source) {
  bool regenerate = false;
  Form form("SecurityUpdateAction");
  form.boolean("regenerateToken", regenerate);
  const auto bound = bind(source, form);
  return outcome(bound, regenerate ? "true" : "false");
}

// limit|since
inline std::string paging(std::string_view query) {
  std::int64_t limit = 100;
  std::uint64_t since = 0;
  Form form("pagingParams");
  form.integer("limit", limit).at_least(1).at_most(200);
  form.unsigned_integer("since", since);
  const auto bound = bind_query(query, form);
  return outcome(bound, std::to_string(limit) + "|" + std::to_string(since));
}

inline Source json(std::string_view body) {
  return {"POST", "application/json", {}, body};
}
inline Source urlencoded(std::string_view body) {
  return {"POST", "application/x-www-form-urlencoded", {}, body};
}

}  // namespace push::binder::test
