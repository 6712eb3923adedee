#include "push/auth/password.hpp"

#include <crypt.h>
#include <openssl/crypto.h>

#include <array>
#include <cerrno>
#include <memory>

namespace push::auth {
namespace {

constexpr std::size_t kMaxPassword = 72;  // what bcrypt reads
constexpr std::size_t kHashSize = 60;     // $2a$10$ + 22 of salt + 31 of digest
constexpr std::size_t kPrefixSize = 4;    // $2a$
constexpr unsigned kLeastCost = 4;        // bcrypt's own
constexpr unsigned kGreatestCost = 31;

// For a few passwords with bytes above 127, libxcrypt's $2a$ and $2b$ differ (its countermeasure against an old bug of
// its own), Go's do not. So everything is computed as $2b$, and the letter is restored afterwards.
constexpr std::string_view kComputed = "$2b$";
constexpr std::string_view kWritten = "$2a$";

// crypt_r's work area: 32 KB, and traces of the password until it is wiped.
class CryptArea {
 public:
  CryptArea() : data_(std::make_unique<crypt_data>()) {}
  CryptArea(const CryptArea&) = delete;
  CryptArea& operator=(const CryptArea&) = delete;
  ~CryptArea() { OPENSSL_cleanse(data_.get(), sizeof(crypt_data)); }

  // Empty if the setting is invalid.
  std::string_view run(const std::string& password, const std::string& setting) {
    const char* hash = crypt_r(password.c_str(), setting.c_str(), data_.get());
    if (hash == nullptr || hash[0] == '*') return {};
    return hash;
  }

 private:
  std::unique_ptr<crypt_data> data_;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_bcrypt(std::string_view hash) {
  return hash.size() == kHashSize && hash.substr(0, 2) == "$2" && hash[3] == '$' &&
         (hash[2] == 'a' || hash[2] == 'b' || hash[2] == 'y') && is_digit(hash[4]) && is_digit(hash[5]) &&
         hash.find('\0') == std::string_view::npos;
}

// A well-formed hash that no password matches.
std::string unmatched_hash(unsigned cost) {
  const std::string digits = (cost < 10 ? "0" : "") + std::to_string(cost);
  return "$2a$" + digits + "$" + std::string(21, 'x') + "u" + std::string(31, '.');
}

}  // namespace

core::Result<std::string> hash_password(std::string_view password, unsigned cost) {
  if (password.size() > kMaxPassword) {
    return core::failure(core::ErrorCode::invalid, "password must not be longer than 72 bytes");
  }
  if (password.find('\0') != std::string_view::npos) {
    return core::failure(core::ErrorCode::invalid, "password must not contain a NUL byte");
  }
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  if (crypt_gensalt_rn(kComputed.data(), cost, nullptr, 0, setting.data(), static_cast<int>(setting.size())) ==
      nullptr) {
    return core::failure(core::ErrorCode::internal, "cannot make a bcrypt salt of cost " + std::to_string(cost) +
                                                        ": errno " + std::to_string(errno));
  }
  std::string plain(password);
  CryptArea area;
  std::string hash(area.run(plain, setting.data()));
  OPENSSL_cleanse(plain.data(), plain.size());
  if (!is_bcrypt(hash))
    return core::failure(core::ErrorCode::internal, "bcrypt failed at cost " + std::to_string(cost));
  hash.replace(0, kPrefixSize, kWritten);
  return hash;
}

bool verify_password(std::string_view password, const std::string& hash) {
  if (!is_bcrypt(hash)) return false;
  password = password.substr(0, kMaxPassword);
  if (password.find('\0') != std::string_view::npos) return false;  // crypt would stop reading there
  std::string setting = hash;
  setting.replace(0, kPrefixSize, kComputed);
  std::string plain(password);
  CryptArea area;
  const std::string_view computed = area.run(plain, setting);
  OPENSSL_cleanse(plain.data(), plain.size());
  return computed.size() == setting.size() && CRYPTO_memcmp(computed.data(), setting.data(), setting.size()) == 0;
}

unsigned cost_of(std::string_view hash) {
  if (!is_bcrypt(hash)) return 0;
  const unsigned cost = static_cast<unsigned>(hash[4] - '0') * 10 + static_cast<unsigned>(hash[5] - '0');
  return cost >= kLeastCost && cost <= kGreatestCost ? cost : 0;
}

void spend(unsigned cost) {
  static_cast<void>(verify_password("x", unmatched_hash(cost)));
}

}  // namespace push::auth
