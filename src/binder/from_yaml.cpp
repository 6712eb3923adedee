#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <string>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

// Events of one document -> the draft. No tree is built and no alias followed, so small input stays little work.
class YamlReader : public YAML::EventHandler {
 public:
  explicit YamlReader(Draft& draft) : draft_(draft) {}

  const std::optional<std::string>& problem() const { return problem_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override { on_scalar(nullptr); }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { on_scalar(nullptr); }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string& value) override {
    on_scalar(&value);
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    begin("a list");
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    begin(depth_ == 0 ? "" : "a mapping");
  }
  void OnMapEnd() override { --depth_; }

 private:
  void complain(std::string text) {
    if (!problem_) problem_ = std::move(text);
  }

  // In the root mapping keys and values take turns.
  void begin(const std::string& kind) {
    if (depth_ == 0 && !kind.empty()) complain("yaml: the document must be a mapping");
    if (depth_ == 1) {
      if (!at_key_ && field_ && is_scalar(draft_.field(*field_))) {
        complain("yaml: " + std::string(draft_.field(*field_).name()) + " must not be " + kind);
      }
      field_.reset();
      at_key_ = !at_key_;
    }
    ++depth_;
  }

  void on_scalar(const std::string* value) {
    if (depth_ == 0 && value != nullptr) complain("yaml: the document must be a mapping");
    if (depth_ != 1) return;
    if (at_key_) {
      field_ = value == nullptr ? std::nullopt : find_field(*value);
    } else if (field_ && value != nullptr) {
      if (const auto set = draft_.set_from_text(*field_, *value); !set) complain(set.error().text);
    }
    at_key_ = !at_key_;
  }

  std::optional<std::size_t> find_field(std::string_view key) const {
    for (std::size_t index = 0; index < draft_.size(); ++index) {
      if (core::lower(Draft::member_name(draft_.field(index).name())) == key) return index;
    }
    return std::nullopt;
  }

  Draft& draft_;
  std::size_t depth_ = 0;
  bool at_key_ = true;
  std::optional<std::size_t> field_;
  std::optional<std::string> problem_;
};

}  // namespace

core::Result<void> decode_yaml(std::string_view body, Draft& draft) {
  YamlReader reader(draft);
  try {
    std::istringstream stream{std::string(body)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(reader)) return unreadable("EOF");
  } catch (const YAML::Exception& exception) {
    return unreadable("yaml: line " + std::to_string(exception.mark.line + 1) + ": " + go::excerpt(exception.msg));
  }
  if (reader.problem()) return unreadable(*reader.problem());
  return {};
}

}  // namespace push::binder
