// The rules of the house as pure functions on sources: each returns its findings, one per place.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "house/source.hpp"

namespace push::house {

struct Finding {
  std::string path;
  std::size_t line = 0;  // from 1; 0 = the file as a whole
  std::string text;
};
using Findings = std::vector<Finding>;

// Which rooms a room may include besides itself, from lines of "room: other other".
using Arrows = std::map<std::string, std::set<std::string>>;
Arrows parse_arrows(std::string_view text);

// Checks the arrows of the build against the forbidden ones; findings have no path and no line.
Findings check_forbidden_arrows(const Arrows& arrows);

inline constexpr std::size_t kMaxFileLines = 400;
inline constexpr std::size_t kMaxFunctionLines = 60;

// One source at a time.
Findings check_includes(const Source& source, const Arrows& arrows);  // every quoted include follows an arrow
Findings check_heavy_headers(const Source& source);                   // none under include/
Findings check_pragma_once(const Source& source);
Findings check_file_length(const Source& source);
Findings check_function_length(const Source& source);
Findings check_unfinished_words(const Source& source);
Findings check_test_names(const Source& source);  // TEST(Subject, WhatHoldsInCamelCase)

// The whole tree: a header under include/ that no other room includes belongs beside its sources in src/.
Findings check_public_headers(const std::vector<Source>& all);

}  // namespace push::house
