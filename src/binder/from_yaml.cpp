#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

// What begins a token besides plain text. The parser holds the tokens of a flow collection (`{...}`), and of a line, in
// memory until it has read it to its end, so events alone do not bound them. `"a": "b",` are six of these and two
// values; text with that many is rare in a document of 256 KiB.
constexpr std::string_view kMarks = "{[,:?\"'!&*";
constexpr std::ptrdiff_t kMaxMarks = std::ptrdiff_t{4} * Form::kMaxValues;

struct TooMuchYaml {
  core::Error error;
};

core::Error error_on(const YAML::Mark& mark, std::string_view problem) {
  std::string text = "yaml: line " + std::to_string(mark.line + 1) + ": ";
  text += go::excerpt(problem);
  return unreadable(std::move(text));
}

// Events of one document -> the draft. No tree is built and no alias followed, so small input stays little work. The
// parser stops at the first node that is too many or too deep.
class YamlReader : public YAML::EventHandler {
 public:
  explicit YamlReader(Draft& draft) : draft_(draft) {}

  const std::optional<std::string>& problem() const { return problem_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { on_scalar(mark, nullptr); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { on_scalar(mark, nullptr); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& value) override {
    on_scalar(mark, &value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    begin(mark, "a list");
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    begin(mark, depth_ == 0 ? "" : "a mapping");
  }
  void OnMapEnd() override { --depth_; }

 private:
  void complain(std::string text) {
    if (!problem_) problem_ = std::move(text);
  }

  void count(const YAML::Mark& mark) {
    if (++nodes_ > Form::kMaxValues) {
      throw TooMuchYaml{error_on(mark, "more than " + std::to_string(Form::kMaxValues) + " keys and values")};
    }
  }

  // In the root mapping keys and values take turns.
  void begin(const YAML::Mark& mark, const std::string& kind) {
    count(mark);
    if (depth_ == Form::kMaxDepth) {
      throw TooMuchYaml{error_on(mark, "nested deeper than " + std::to_string(Form::kMaxDepth) + " levels")};
    }
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

  void on_scalar(const YAML::Mark& mark, const std::string* value) {
    count(mark);
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
  std::size_t nodes_ = 0;
  bool at_key_ = true;
  std::optional<std::size_t> field_;
  std::optional<std::string> problem_;
};

}  // namespace

core::Result<void> decode_yaml(std::string_view body, Draft& draft) {
  const auto marks =
      std::count_if(body.begin(), body.end(), [](char c) { return kMarks.find(c) != std::string_view::npos; });
  if (marks > kMaxMarks) {
    return unreadable("yaml: more than " + std::to_string(kMaxMarks) + " brackets, quotes, commas and colons");
  }
  YamlReader reader(draft);
  try {
    std::istringstream stream{std::string(body)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(reader)) return unreadable("EOF");
  } catch (const YAML::Exception& exception) {
    return error_on(exception.mark, exception.msg);
  } catch (TooMuchYaml& too_much) {
    return std::move(too_much.error);
  }
  if (reader.problem()) return unreadable(*reader.problem());
  return {};
}

}  // namespace push::binder
