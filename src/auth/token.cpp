#include "push/auth/token.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include "push/core/check.hpp"

namespace push::auth {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr std::size_t kRandomLetters = 14;
// The largest multiple of the alphabet in a byte: what lies above it is thrown away, so that every letter is as likely.
constexpr unsigned kFair = 256 / kLetters.size() * kLetters.size();
static_assert(kLetters.size() == 65);

void fill_random(std::array<unsigned char, 32>& bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got < 0) {
      PUSH_CHECK(errno == EINTR);
      continue;
    }
    filled += static_cast<std::size_t>(got);
  }
}

std::string mint(char prefix) {
  std::string token(1, prefix);
  std::array<unsigned char, 32> bytes{};
  while (token.size() <= kRandomLetters) {
    fill_random(bytes);
    for (const unsigned char byte : bytes) {
      if (byte < kFair && token.size() <= kRandomLetters) token += kLetters[byte % kLetters.size()];
    }
  }
  return token;
}

}  // namespace

MintedToken mint_application_token(TokenForm /*form*/) {
  const std::string token = mint('A');
  return {token, token};
}
MintedToken mint_client_token(TokenForm /*form*/) {
  const std::string token = mint('C');
  return {token, token};
}

core::Result<TokenKey> read_token(std::string_view presented, core::WallTime /*now*/) {
  return TokenKey{std::string(presented), std::nullopt};
}

}  // namespace push::auth
