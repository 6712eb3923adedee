// Just enough XML for a flat record: elements, attributes (skipped), character data, CDATA, comments. No document
// types, no entities but the five predefined ones and character references, nothing external.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"

namespace push::binder {

class XmlReader {
 public:
  enum class Event { begin, text, end, finished };  // finished: the root element has ended; what follows is not read

  explicit XmlReader(std::string_view text) : text_(text) {}

  // Error (invalid): "XML syntax error on line 1: ..."; "EOF" if there is no element at all.
  core::Result<Event> next();
  std::size_t depth() const { return open_.size(); }  // after `begin` the new element counts, after `end` it does not
  std::string_view name() const { return name_; }     // of begin and end, without a prefix
  const std::string& character_data() const { return data_; }  // of text

 private:
  core::Error error(std::string_view problem) const;
  core::Result<Event> read_text(std::string_view raw, bool references);
  core::Result<Event> read_end_tag();
  core::Result<Event> read_begin_tag();
  core::Result<Event> close(std::string_view full_name);
  bool skip_past(std::string_view mark);
  bool append_reference(std::string_view& raw);

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;  // full names
  bool closes_itself_ = false;          // the element just begun was <x/>
  bool started_ = false;
  std::string_view name_;
  std::string data_;
};

}  // namespace push::binder
