#include "binder/json_object.hpp"

#include <cstddef>
#include <utility>

#include "push/go/number.hpp"
#include "push/model/json.hpp"

namespace push::binder {
namespace {

using nlohmann::json;

// Not recursive.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void write(const json& root) {
    enter(root);
    while (!open_.empty()) {
      Level& level = open_.back();
      if (level.next == level.container->end()) {
        out_ += level.container->is_object() ? '}' : ']';
        open_.pop_back();
        continue;
      }
      if (level.next != level.container->begin()) out_ += ',';
      if (level.container->is_object()) {
        model::append_json_string(out_, level.next.key());
        out_ += ':';
      }
      const json& value = *level.next;
      ++level.next;
      if (value.is_structured()) {
        enter(value);
      } else {
        write_scalar(value);
      }
    }
  }

 private:
  struct Level {
    const json* container;
    json::const_iterator next;
  };

  void enter(const json& container) {
    out_ += container.is_object() ? '{' : '[';
    open_.push_back({&container, container.begin()});
  }

  void write_scalar(const json& value) {
    if (const auto* text = value.get_ptr<const std::string*>()) {
      model::append_json_string(out_, *text);
    } else if (const auto* number = value.get_ptr<const double*>()) {
      go::append_float(out_, *number);
    } else if (value.is_boolean()) {
      out_ += value.get<bool>() ? "true" : "false";
    } else {
      out_ += "null";
    }
  }

  std::string& out_;
  std::vector<Level> open_;
};

}  // namespace

json* JsonObject::add(json value) {
  json& container = *open_.back();
  if (container.is_array()) {
    container.push_back(std::move(value));
    return &container.back();
  }
  *member_ = std::move(value);
  return member_;
}

std::string JsonObject::text() const {
  std::string out;
  if (!root_.empty()) Writer(out).write(root_);
  return out;
}

}  // namespace push::binder
