// A JSON object that is stored (`extras`): built from parser events, printed compact, sorted and escaped as in Go.
#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace push::binder {

// Events come in document order and are well nested: begin(), what the object holds, and end() of the object itself.
class JsonObject {
 public:
  // Begins the object, or continues it: members after a second begin() join the earlier ones, as in Go.
  void begin() { open_.assign(1, &root_); }
  void begin_object() { open_.push_back(add(nlohmann::json::object())); }
  void begin_array() { open_.push_back(add(nlohmann::json::array())); }
  void end() { open_.pop_back(); }
  bool is_open() const { return !open_.empty(); }
  std::size_t depth() const { return open_.size(); }
  void key(std::string& name) { member_ = &(*open_.back())[std::move(name)]; }
  nlohmann::json* add(nlohmann::json value);
  void clear() { root_ = nlohmann::json::object(); }

  // Empty for an object without members.
  std::string text() const;

 private:
  nlohmann::json root_ = nlohmann::json::object();
  std::vector<nlohmann::json*> open_;  // root_ first
  nlohmann::json* member_ = nullptr;   // where the next value goes, inside an object
};

}  // namespace push::binder
