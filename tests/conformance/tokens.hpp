// Credentials of both kinds, made here and not by the program (protocol 2.5).
#pragma once
#include <cstdint>
#include <string>

#include "conformance/row.hpp"

namespace push::conformance {

// An enhanced token: the part its holder keeps, and the part in the database.
struct Enhanced {
  std::string shown;
  std::string stored;
};
// ident: 'a' or 'c'; seed: 32 bytes.
Enhanced enhanced(char ident, const std::string& seed);
// The form that a client signs for `now + offset` seconds.
std::string signed_token(char ident, const std::string& seed, std::int64_t offset);
// The same for a given second of the epoch.
std::string signed_for(char ident, const std::string& seed, std::int64_t second);
// 00 01 02 ... 1f: the seed of the specification's test vector.
std::string vector_seed();

// A token as `mode` mints it, another for each number.
Enhanced minted(Mode mode, char ident, unsigned number);

}  // namespace push::conformance
