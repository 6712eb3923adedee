// The two kinds of token (gotify-spec 2.5).
//
// legacy: a prefix letter and 14 of [a-zA-Z0-9._-] from the system's random source, 65^14 = 2^84 possibilities; stored
// as it is. enhanced: `gtfya.`/`gtfyc.` and an Ed25519 seed; the database holds only the public key, so what it holds
// is no credential. Both are accepted everywhere; `compat` decides which kind is minted.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"

namespace push::auth {

enum class TokenForm { legacy, enhanced };

struct MintedToken {
  std::string shown;   // what its holder gets, once
  std::string stored;  // what the database holds
};

MintedToken mint_application_token(TokenForm form);
MintedToken mint_client_token(TokenForm form);

// What a presented token is looked up by.
struct TokenKey {
  std::string stored;
  std::optional<core::WallTime> until;  // a signed token's own end; empty = as long as the stored one lives
};

// Legacy text is its own key; whatever starts with `gtfy` is parsed, and a signature checked. Empty: signed too long
// ago or too far ahead, so nobody's. unauthorized: "cannot parse token: ..." or "invalid token" (a wrong signature).
// Derives a key or checks a signature: not for loops.
core::Result<std::optional<TokenKey>> read_token(std::string_view presented, core::WallTime now);

}  // namespace push::auth
