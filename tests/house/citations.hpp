// Citations of our own documents: whatever a comment, script or document cites must exist.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "house/rules.hpp"
#include "house/source.hpp"

namespace push::house {

struct Documents {
  std::set<std::string> sections;  // of docs/gotify-protocol.md: "1.6", "A3", "0 row c", "3 Handshake failure"
  std::set<std::string> promises;  // of docs/reliability.md: "F1"
  // Every Markdown file by its path, with the anchors that GitHub makes of its headings.
  std::map<std::string, std::set<std::string>> anchors;
  std::set<std::string> paths;  // every file and folder that a link may lead to
};

// Numbered headings ("### 1.6 ..."), rows of a table whose first cell is one letter, and names of parts in bold.
std::set<std::string> sections_of(std::string_view markdown);
// Rows whose first cell is a capital letter and a number.
std::set<std::string> promises_of(std::string_view markdown);
std::set<std::string> anchors_of(std::string_view markdown);

// "protocol 1.6, 2.1", "protocol 0, row c", "protocol 3 "Origin"", "reliability F1", a document of docs.
Findings check_citations(const Source& text, const Documents& documents);
// Relative links of a Markdown file, with their anchors.
Findings check_links(const Source& markdown, const Documents& documents);
// Tests that a document names as `Suite.Name` or `Suite.*`; `tests` holds "Suite.Name".
Findings check_named_tests(const Source& markdown, const std::set<std::string>& tests);
// Scripts and experiments that a document names as `scripts/...`, `tests/... arguments`, `bash .ci/...`.
Findings check_named_commands(const Source& markdown, const Documents& documents);

// "Suite.Name" of each TEST, TEST_F and TEST_P.
std::set<std::string> tests_of(const Source& source);

}  // namespace push::house
