#include "store/rules.hpp"

#include <string>

namespace push::store {

using core::Conflict;
using core::failure;

core::Error gone(std::string_view what) {
  return failure(core::ErrorCode::not_found, std::string(what) + " does not exist");
}

core::Error name_taken() {
  return failure(Conflict::name, "username already exists");
}

core::Error token_taken(std::string_view what) {
  return failure(Conflict::token, std::string(what) + " token is not unique");
}

core::Error sort_key_taken() {
  return failure(Conflict::sort_key, "sort key is not unique");
}

core::Error last_admin() {
  return failure(Conflict::last_admin, "cannot delete last admin");
}

core::Error internal_application() {
  return failure(Conflict::internal, "cannot delete internal application");
}

}  // namespace push::store
