// The text of a benchmark message: when it was sent, its number among the messages of its user, and the user, in fixed
// columns, padded to the wanted size. A receiver finds it inside the JSON by its mark.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace push::bench {

struct Stamp {
  std::int64_t sent_ns = 0;  // CLOCK_MONOTONIC
  std::uint32_t sequence = 0;
  std::uint32_t user = 0;
};

std::string stamp_text(const Stamp& stamp, std::size_t size);
std::optional<Stamp> find_stamp(std::string_view payload);

// Overwrites the stamp in `frame` with another one of the same length.
void restamp(std::string& frame, const Stamp& stamp);

}  // namespace push::bench
