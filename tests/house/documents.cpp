#include "house/documents.hpp"

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace push::house {
namespace {

using Values = std::map<std::string, std::string>;

// Enough of YAML for config.yml: two spaces a level, one value a line, comments behind two spaces.
Values values_of(std::string_view config) {
  static const std::regex kLine(R"(^( *)([a-z0-9]+):(?: +(.*?))?(?: +#.*)?$)");
  Values values;
  std::vector<std::string> path;
  std::istringstream lines{std::string(config)};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, kLine)) continue;
    path.resize(static_cast<std::size_t>(match.length(1)) / 2);
    path.push_back(match[2]);
    if (match.length(3) == 0) continue;
    std::string key;
    for (const auto& word : path) key += (key.empty() ? "" : ".") + word;
    values[key] = match[3];
  }
  return values;
}

}  // namespace

Findings check_configuration_table(std::string_view readme, std::string_view config) {
  static const std::regex kRow(R"(^\| `([a-z0-9.]+)` \| `(.*?)` \|.*)");
  static const std::regex kMention(R"(`((?:server|database|defaultuser)\.[a-z0-9.]+)`)");
  Findings findings;
  const auto report = [&](std::size_t line, const std::string& text) { findings.push_back({"README.md", line, text}); };
  const Values values = values_of(config);
  Values missing = values;
  bool in_table = false;
  std::size_t number = 0;
  std::istringstream lines{std::string(readme)};
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line == "<!-- config -->") in_table = true;
    if (line == "<!-- /config -->") in_table = false;
    std::smatch match;
    if (in_table && std::regex_match(line, match, kRow)) {
      const auto found = values.find(match[1]);
      missing.erase(match[1]);
      if (found == values.end()) {
        report(number, match[1].str() + " is no key of config.yml");
      } else if (match[2] != found->second) {
        report(number, match[1].str() + " is " + found->second + " in config.yml");
      }
    } else if (!in_table) {
      for (std::sregex_iterator it(line.begin(), line.end(), kMention), end; it != end; ++it) {
        if (!values.contains((*it)[1])) report(number, (*it)[1].str() + " is no key of config.yml");
      }
    }
  }
  for (const auto& [key, value] : missing) report(0, key + " of config.yml has no row in the configuration table");
  return findings;
}

}  // namespace push::house
