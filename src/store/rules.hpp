// The rules of the business, once for every store: what a change collides with, and in which words.
#pragma once
#include <string_view>

#include "push/core/result.hpp"

namespace push::store {

// not_found: "<what> does not exist".
core::Error gone(std::string_view what);

core::Error name_taken();
// `what`: "application" or "client".
core::Error token_taken(std::string_view what);
core::Error sort_key_taken();
core::Error last_admin();
core::Error internal_application();

}  // namespace push::store
