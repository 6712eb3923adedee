// One decoder per kind of request body. Each fills the draft with what it finds, or says why the body cannot be read,
// in Gotify's words where there are any. None of them validates: bind() does, after a decoder has succeeded.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "binder/draft.hpp"
#include "push/binder/binder.hpp"
#include "push/core/result.hpp"

namespace push::binder {

core::Result<void> decode_json(std::string_view body, Draft& draft);
// The query string alone.
core::Result<void> decode_query(std::string_view query, Draft& draft);
// The query string, overridden by the body if that is urlencoded.
core::Result<void> decode_form(const Source& source, Draft& draft);
core::Result<void> decode_multipart(const Source& source, Draft& draft);
core::Result<void> decode_xml(std::string_view body, Draft& draft);
core::Result<void> decode_yaml(std::string_view body, Draft& draft);
core::Result<void> decode_toml(std::string_view body, Draft& draft);

// What a text, a JSON object or a list must not be.
inline std::string longer_than(std::size_t bytes) {
  return "must not be longer than " + std::to_string(bytes) + " bytes";
}

inline std::string more_than(std::size_t values) {
  return "must not hold more than " + std::to_string(values) + " values";
}

inline core::Error unreadable(std::string text) {
  return core::failure(core::ErrorCode::invalid, std::move(text));
}

}  // namespace push::binder
