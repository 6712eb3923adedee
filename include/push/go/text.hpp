// Text as Go's standard library reads and quotes it, for error texts that clients have seen from Gotify before.
#pragma once
#include <string>
#include <string_view>

namespace push::go {

// strconv.Quote: "a\"b\n", invalid bytes as \xNN.
std::string quote(std::string_view text);
// One byte between single quotes, as encoding/json prints it.
std::string quote_char(char byte);

// strings.TrimSpace for the white space of Latin-1 (core::space_in_front).
std::string_view trim(std::string_view text);

}  // namespace push::go
