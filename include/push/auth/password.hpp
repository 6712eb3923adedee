// bcrypt by libxcrypt. Blocks for 60 ms or more at cost 10: worker threads only.
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::auth {

// $2a$ hash. invalid: over 72 bytes, or holds a NUL.
core::Result<std::string> hash_password(std::string_view password, unsigned cost);
// Accepts $2a$, $2b$ and $2y$ of any cost; constant-time comparison. False for an empty or malformed hash.
bool verify_password(std::string_view password, const std::string& hash);
// The cost of a bcrypt hash, 4 to 31; 0 if it is empty or malformed.
unsigned cost_of(std::string_view hash);
// Takes as long as checking a password against a hash of this cost, for an answer that must not tell by its time.
void spend(unsigned cost);

}  // namespace push::auth
