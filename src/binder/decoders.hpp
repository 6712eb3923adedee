// One decoder for each kind of request body. Each fills the draft with what it finds, or says in Gotify's words (where
// Gotify has any) why the body cannot be read. None of them validates: bind() does, when a decoder is content.
#pragma once
#include <string_view>

#include "binder/draft.hpp"
#include "push/binder/binder.hpp"
#include "push/core/result.hpp"

namespace push::binder {

core::Result<void> decode_json(std::string_view body, Draft& draft);
// The query string alone.
core::Result<void> decode_query(std::string_view query, Draft& draft);
// Query string, and over it the body if that is urlencoded.
core::Result<void> decode_form(const Source& source, Draft& draft);
core::Result<void> decode_multipart(const Source& source, Draft& draft);
core::Result<void> decode_xml(std::string_view body, Draft& draft);
core::Result<void> decode_yaml(std::string_view body, Draft& draft);
core::Result<void> decode_toml(std::string_view body, Draft& draft);

inline core::Error unreadable(std::string text) {
  return core::failure(core::ErrorCode::invalid, std::move(text));
}

}  // namespace push::binder
