// SQL joined at compile time, so that each statement is a literal, by which a statement cache may key.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace push::store {

template <const std::string_view&... Parts>
struct Joined {
  static constexpr auto join() {
    std::array<char, (Parts.size() + ... + 0)> all{};
    std::size_t at = 0;
    const auto add = [&](std::string_view part) {
      for (const char c : part) all[at++] = c;
    };
    (add(Parts), ...);
    return all;
  }
  static constexpr auto kText = join();
};

template <const std::string_view&... Parts>
inline constexpr std::string_view kJoined{Joined<Parts...>::kText.data(), Joined<Parts...>::kText.size()};

}  // namespace push::store
