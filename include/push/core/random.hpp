// The system's random source. Any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace push::core {

std::string random_bytes(std::size_t count);
// Each letter of the alphabet (1 to 256 of them) is as likely as any other.
std::string random_letters(std::string_view alphabet, std::size_t count);

}  // namespace push::core
