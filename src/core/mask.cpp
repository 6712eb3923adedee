#include "push/core/mask.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "push/core/text.hpp"

namespace push::core {
namespace {

constexpr std::array<std::string_view, 5> kSecretWords{"token", "key", "pass", "secret", "auth"};
// Read beyond what is shown, so that a token that is cut off is known as one. The longest, encoded twice, has 800
// bytes.
constexpr std::size_t kMargin = 1024;
constexpr int kDecodings = 3;  // a client and two proxies, each of which encodes again

// A text whose percent escapes are decoded, as far as they are valid, and where each of its bytes begins in the
// original.
struct Plain {
  std::string text;
  std::vector<std::size_t> from;  // one more than bytes: the last is the size of the original
};

Plain unescaped(const Plain& in) {
  Plain out;
  for (std::size_t at = 0; at < in.text.size();) {
    const auto byte = percent_escape(std::string_view(in.text).substr(at));
    out.text += byte.value_or(in.text[at]);
    out.from.push_back(in.from[at]);
    at += byte ? 3 : 1;
  }
  out.from.push_back(in.from.back());
  return out;
}

Plain fully_unescaped(std::string_view original) {
  Plain plain{std::string(original), std::vector<std::size_t>(original.size() + 1)};
  for (std::size_t i = 0; i < plain.from.size(); ++i) plain.from[i] = i;
  for (int i = 0; i < kDecodings && plain.text.find('%') != std::string::npos; ++i) plain = unescaped(plain);
  return plain;
}

// [begin, end) of the original.
struct Range {
  std::size_t begin;
  std::size_t end;
};
using Ranges = std::vector<Range>;

bool is_token_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// A, C or P and 14 letters, or gtfy and more (protocol 2.5).
bool is_like_token(std::string_view word) {
  constexpr std::size_t kSize = 15;
  return (word.size() == kSize && (word[0] == 'A' || word[0] == 'C' || word[0] == 'P')) ||
         word.find("gtfy") != std::string_view::npos;
}

void find_values(std::string_view original, const Plain& plain, Ranges& out) {
  const std::string text = lower(plain.text);
  bool secret = false;  // the name that is being read
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (std::string_view("&?;/#").find(rest[0]) != std::string_view::npos) {
      secret = false;
    } else if (rest[0] != '=') {
      secret |=
          std::any_of(kSecretWords.begin(), kSecretWords.end(), [rest](auto word) { return rest.starts_with(word); });
    } else if (secret) {
      const std::size_t begin = plain.from[at + 1];
      out.push_back({begin, std::min(original.find('&', begin), original.size())});
      while (at + 1 < text.size() && plain.from[at + 1] < out.back().end) ++at;
      secret = false;
    }
  }
}

void find_tokens(const Plain& plain, Ranges& out) {
  for (std::size_t at = 0; at < plain.text.size(); ++at) {
    std::size_t end = at;
    while (end < plain.text.size() && is_token_letter(plain.text[end])) ++end;
    if (is_like_token(std::string_view(plain.text).substr(at, end - at)))
      out.push_back({plain.from[at], plain.from[end]});
    at = end;
  }
}

// Between the start of an authority and its last @.
void find_user_and_password(const Plain& plain, Ranges& out) {
  std::size_t begin = plain.text.starts_with('/') ? plain.text.find("//") : 0;
  while (begin != std::string::npos) {
    if (plain.text.compare(begin, 2, "//") == 0) begin += 2;
    const std::size_t end = std::min(plain.text.find_first_of("/?#&", begin), plain.text.size());
    const std::size_t at = std::string_view(plain.text).substr(begin, end - begin).rfind('@');
    if (at != std::string_view::npos) out.push_back({plain.from[begin], plain.from[begin + at]});
    begin = plain.text.find("//", end);
  }
}

}  // namespace

std::string mask_secrets(std::string_view target, std::size_t max) {
  const std::string_view read = target.substr(0, max + kMargin);
  const Plain plain = fully_unescaped(read);
  Ranges secrets;
  find_values(read, plain, secrets);
  find_tokens(plain, secrets);
  find_user_and_password(plain, secrets);
  std::sort(secrets.begin(), secrets.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });

  std::string out;
  std::size_t at = 0;
  const auto show_to = [&](std::size_t end) {
    for (; at < std::min(end, max) && out.size() < max; ++at) {
      // A terminal takes some bytes for commands.
      if (const char c = target[at]; c > 0x20 && c < 0x7f) {
        out += c;
      } else {
        append_percent_escape(out, c);
      }
    }
  };
  for (const Range& secret : secrets) {
    show_to(secret.begin);
    if (at < secret.begin) break;  // full
    if (secret.begin == at) out += "[masked]";
    at = std::max(at, secret.end);
  }
  show_to(target.size());
  if (at < target.size()) out += "...";
  return out;
}

}  // namespace push::core
