// One key of config.yml: what binds it to its field, its range and its meaning.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "config/document.hpp"
#include "config/value.hpp"
#include "push/config/config.hpp"

namespace push::config {

std::string variable_of(std::string_view path);  // server.port: GOTIFY_SERVER_PORT

struct Key {
  enum class Type { boolean, number, text, list, map };
  std::string path;
  std::string was{};  // what an earlier version called it, which still works with a warning; "" = always so
  Type type = Type::text;
  std::string meaning;  // one line, with the range
  std::string allowed;  // the end of an error line, from "must" on; {} is replaced by the value
  Value initial;

  // Check a number, or respectively a string, a list item or a map's key.
  std::function<bool(std::int64_t)> fits_number = [](std::int64_t) { return true; };
  std::function<bool(const std::string&)> fits = [](const std::string&) { return true; };
  // What is wrong with a text that does not fit, in place of `allowed`.
  std::string (*why)(const std::string& text) = nullptr;
  bool (*hidden)(std::string_view value) = nullptr;  // whether a value is a secret

  // Keys of Gotify that this server does not support have no field: they are checked for their type. `refused` says why
  // a value that enables the feature cannot be accepted; empty = the key has no effect.
  std::string refused;
  std::function<Value(const Config&)> read;
  std::function<void(Config&, const Value&)> write;

  bool foreign() const { return !read; }
  bool is_never_empty() const;  // a text of which an empty value says nothing
  std::string variable() const { return variable_of(path); }
  std::string shown(std::string_view value) const;  // for an error
  std::string listed(const Value& value) const;     // for check-config
};

// An empty string, list or map.
bool is_empty(const Value& value);

// An invalid value: its line, the value, and what is allowed.
struct Fault {
  int line;
  std::string value;
  std::string allowed;
};

// Converts a node to a value of a key. The default is what an empty or null node of a text means that is never empty,
// as in Gotify (protocol 5.4), and a null node of a key whose default is empty.
std::variant<Value, Fault> convert(const Key& key, const Node& node);

}  // namespace push::config
