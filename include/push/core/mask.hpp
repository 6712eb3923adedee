// A request target as it may be logged.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace push::core {

// `target` with each of these as [masked], even if it is percent-encoded several times:
// - the value of a parameter whose name contains token, key, pass, secret or auth, in any case of letters;
// - whatever looks like a token of ours, wherever it is;
// - the user and password of an address: http://user:password@host/.
// Everything but printable ASCII is percent-encoded. At most about `max` bytes; what is cut off ends in "...".
std::string mask_secrets(std::string_view target, std::size_t max);

}  // namespace push::core
