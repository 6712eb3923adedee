// Converts a field of Config to a Value and back, for every type used in Config.
#pragma once
#include <array>
#include <concepts>
#include <string>

#include "config/value.hpp"
#include "push/config/config.hpp"

namespace push::config {

// In the order of the enumerators.
constexpr std::array<const char*, 2> words_of(Overflow) {
  return {"close", "drop_oldest"};
}
constexpr std::array<const char*, 2> words_of(Compat) {
  return {"v2", "v3"};
}

constexpr std::array<const char*, 3> words_of(BusKind) {
  return {"none", "postgres", "nats"};
}

template <class T>
Value to_value(const T& field) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(words_of(field)[static_cast<std::size_t>(field)]);
  } else if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    return static_cast<std::int64_t>(field);
  } else {
    return field;
  }
}

template <class T>
void from_value(const Value& value, T& field) {
  if constexpr (std::is_enum_v<T>) {
    const auto words = words_of(field);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (std::get<std::string>(value) == words[i]) field = static_cast<T>(i);
    }
  } else if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    field = static_cast<T>(std::get<std::int64_t>(value));
  } else {
    field = std::get<T>(value);
  }
}

}  // namespace push::config
