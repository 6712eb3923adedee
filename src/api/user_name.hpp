// What a new user may be called. Names of existing users are not judged: they stay usable.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"
#include "push/model/entities.hpp"

namespace push::api {

inline constexpr std::size_t kMaxUserName = 180;  // characters; Gotify's column of MySQL and PostgreSQL has as many

// Errors (invalid) say what is wrong: not UTF-8, too long, not in Unicode's normal form C, blanks at the start or the
// end, characters that cannot be seen (control, format and bidirectional ones, blanks other than a space).
core::Result<void> check_user_name(std::string_view name);

// Whether one of `users`, other than `except`, has a name that differs from this one only in case, blanks or width.
bool looks_like_another(std::string_view name, const std::vector<model::User>& users, core::UserId except);

}  // namespace push::api
