#include "push/core/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "push/core/check.hpp"

namespace push::core {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const ssize_t got = ::getrandom(bytes.data() + filled, count - filled, 0);
    PUSH_CHECK(got >= 0 || errno == EINTR);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_letters(std::string_view alphabet, std::size_t count) {
  PUSH_CHECK(!alphabet.empty() && alphabet.size() <= 256);
  // The largest multiple of the alphabet's size that fits in a byte; bytes above it are discarded.
  const std::size_t fair = 256 / alphabet.size() * alphabet.size();
  std::string letters;
  while (letters.size() < count) {
    for (const char c : random_bytes(count)) {
      const std::size_t byte = static_cast<unsigned char>(c);
      if (byte < fair && letters.size() < count) letters += alphabet[byte % alphabet.size()];
    }
  }
  return letters;
}

}  // namespace push::core
