// Five header values, one per line. If they pass, they must meet RFC 6455 4.2.1 and produce a well-formed 101.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/check.hpp"
#include "push/core/text.hpp"
#include "push/websocket/handshake.hpp"

namespace {

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower.find(word) != std::string::npos;
}

// OpenSSL's decoder as the second opinion. It counts padding as zero bytes and accepts it anywhere.
bool decodes_to_sixteen_bytes(std::string_view key) {
  std::vector<unsigned char> in(key.begin(), key.end());
  std::vector<unsigned char> out(in.size() + 3);
  return EVP_DecodeBlock(out.data(), in.data(), static_cast<int>(in.size())) == 18 && key.find('=') == 22 &&
         key[23] == '=';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace push::websocket;
  const std::string copy(data, data + size);  // on the heap, so that ASan sees its end
  std::string_view rest = copy;
  Handshake handshake;
  handshake.method = next_line(rest);
  handshake.connection = next_line(rest);
  handshake.upgrade = next_line(rest);
  handshake.version = next_line(rest);
  handshake.key = next_line(rest);

  const auto refused = check_upgrade(handshake);
  if (!refused) {
    PUSH_CHECK(handshake.method == "GET");
    PUSH_CHECK(contains_ignoring_case(handshake.connection, "upgrade"));
    PUSH_CHECK(contains_ignoring_case(handshake.upgrade, "websocket"));
    PUSH_CHECK(handshake.version.find("13") != std::string_view::npos);
  } else {
    PUSH_CHECK(refused->starts_with("websocket: "));
  }
  if (handshake.method == "GET" && handshake.connection == "Upgrade" && handshake.upgrade == "websocket" &&
      handshake.version == "13") {
    PUSH_CHECK(!refused);
  }

  const bool good_key = !check_key(handshake);
  if (handshake.key.size() == 24) {
    const bool blank = handshake.key.find_first_of(" \t\r\n-") != std::string_view::npos;  // the decoder trims them
    if (!blank) PUSH_CHECK(good_key == decodes_to_sixteen_bytes(handshake.key));
  } else {
    PUSH_CHECK(!good_key);
  }
  if (good_key) {
    const std::string accept = accept_value(handshake.key);
    PUSH_CHECK(accept.size() == 28 && accept.back() == '=');
    const std::string response = switching_protocols(handshake.key);
    PUSH_CHECK(response.starts_with("HTTP/1.1 101 ") && response.ends_with(accept + "\r\n\r\n"));
    PUSH_CHECK(std::count(response.begin(), response.end(), '\n') == 5);
  }
  push::core::valid_utf8(copy);
  return 0;
}
