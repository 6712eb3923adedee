// A row against the real program.
#pragma once
#include "conformance/row.hpp"
#include "conformance/world.hpp"

namespace push::conformance {

// One exchange; members of the answer that later steps need go into `values`.
support::Answer send(support::HttpClient& http, const Request& request, Values& values);
// What is wrong with the answer, "" = nothing.
std::string compare(const support::Answer& answer, const Want& want, const Values& values, Mode mode);
// Whether the whole text matches the pattern (row.hpp).
bool matches(const std::string& text, const std::string& pattern, const Values& values, Mode mode);

// Set-up, exchange and the state afterwards, as gtest expectations.
void play(const Row& row, Mode mode, const std::string& section, unsigned messages);

}  // namespace push::conformance
