// Accept-Encoding (RFC 9110 12.5.3): which of the forms that the program holds of a file is sent.
#pragma once
#include <cstdint>
#include <string_view>

namespace push::api {

enum class Coding : std::uint8_t { identity, gzip, brotli };

// The header's value; a coding that it does not accept is not chosen, nor one that is worse to it than the plain bytes.
// Of two that are equal to it, Brotli, which is smaller.
Coding choose_coding(std::string_view accepted, bool has_gzip, bool has_brotli);

// As in Content-Encoding; "" of identity.
std::string_view name(Coding coding);

}  // namespace push::api
