// The two kinds of token (protocol 2.5).
//
// legacy: a prefix letter and 14 of [a-zA-Z0-9._-] from the system's random source, 65^14 = 2^84 possibilities; stored
// as is. enhanced: `gtfya.`/`gtfyc.` and an Ed25519 seed; the database holds only the public key, which is not a
// credential. Both are accepted everywhere; `compat` decides which kind is minted.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"

namespace push::auth {

enum class TokenForm { legacy, enhanced };

struct MintedToken {
  std::string shown;   // returned to its holder, once
  std::string stored;  // in the database
};

MintedToken mint_application_token(TokenForm form);
MintedToken mint_client_token(TokenForm form);

// The key by which a presented token is looked up.
struct TokenKey {
  std::string stored;
  std::optional<core::WallTime> until;  // a signed token's own expiry; empty = valid as long as the stored token
};

// A legacy token is its own key; anything that starts with `gtfy` is parsed and its signature, if any, checked. Empty:
// signed too long ago or too far in the future, so it matches nobody. unauthorized: "cannot parse token: ..." or
// "invalid token" (a wrong signature). May derive a key or check a signature: never call it on a loop.
core::Result<std::optional<TokenKey>> read_token(std::string_view presented, core::WallTime now);

}  // namespace push::auth
