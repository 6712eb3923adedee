#include "house/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <sstream>
#include <utility>

namespace push::house {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 7> kForbiddenArrows{{{"hub", "net"},
                                                {"net", "api"},
                                                {"net", "store"},
                                                {"net", "delivery"},
                                                {"store", "hub"},
                                                {"cluster", "hub"},
                                                {"delivery", "net"}}};

constexpr std::array<std::string_view, 17> kHeavyHeaders{
    "re2/",    "pugixml",   "toml++/",   "sqlite3.h",   "libpq",      "postgresql/",
    "nats",    "yaml-cpp/", "nlohmann/", "boost/beast", "boost/asio", "openssl/",
    "crypt.h", "sodium.h",  "CLI/",      "utf8proc.h",  "curl/"};

// Split, so that this file does not break its own rule.
constexpr std::array<std::string_view, 4> kUnfinishedWords{
    "TO"
    "DO",
    "FIX"
    "ME",
    "XX"
    "X",
    "HA"
    "CK"};

struct Include {
  std::size_t line = 0;
  bool quoted = false;
  std::string target;
};

std::vector<Include> includes_of(const Source& source) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    const std::string_view line = source.lines[i];
    const auto hash = line.find_first_not_of(" \t");
    // The blanked line still has the '#', unless the whole line is inside a literal or a comment.
    if (hash == std::string_view::npos || line[hash] != '#' || source.code[i][hash] != '#') continue;
    const auto word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string_view::npos || !line.substr(word).starts_with("include")) continue;
    const auto open = line.find_first_of("\"<", word);
    if (open == std::string_view::npos) continue;
    const auto close = line.find_first_of("\">", open + 1);
    if (close == std::string_view::npos) continue;
    includes.push_back({i + 1, line[open] == '"', std::string(line.substr(open + 1, close - open - 1))});
  }
  return includes;
}

// The part of a path between `prefix` and the next '/'.
std::optional<std::string> folder_behind(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return std::string(path.substr(0, slash));
}

// Finds `word` as a whole word.
bool has_word(std::string_view line, std::string_view word) {
  const auto part_of_word = [&](std::size_t i) {
    return i < line.size() && (std::isalnum(static_cast<unsigned char>(line[i])) != 0 || line[i] == '_');
  };
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    if ((at == 0 || !part_of_word(at - 1)) && !part_of_word(at + word.size())) return true;
  }
  return false;
}

// What is wrong with this include in `room`; empty if an arrow allows it.
std::optional<std::string> judge(const Include& include, const std::string& room, bool is_public,
                                 const Arrows& arrows) {
  const auto target = folder_behind(include.target, "push/");
  if (!target) {
    if (!include.quoted) return std::nullopt;
    if (include.target.starts_with(room + "/") && !is_public) return std::nullopt;
    return room + " includes " + include.target + ", which is neither push/<room>/ nor a private header of its own";
  }
  if (*target == room) return std::nullopt;
  if (!arrows.contains(*target)) return room + " includes " + include.target + ", which is not a room";
  if (room == "main" || *target == "core" || arrows.at(room).contains(*target)) return std::nullopt;
  return room + " may not include " + include.target + ": there is no arrow " + room + " -> " + *target;
}

}  // namespace

Arrows parse_arrows(std::string_view text) {
  Arrows arrows;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    auto& targets = arrows[line.substr(0, colon)];
    std::istringstream words{line.substr(colon + 1)};
    for (std::string word; words >> word;) targets.insert(word);
  }
  return arrows;
}

Findings check_forbidden_arrows(const Arrows& arrows) {
  Findings findings;
  const auto forbid = [&](const std::string& from, const std::string& to) {
    findings.push_back({"", 0, "the arrow " + from + " -> " + to + " is forbidden"});
  };
  for (const auto& [from, targets] : arrows) {
    for (const auto& to : targets) {
      const bool named =
          std::find(kForbiddenArrows.begin(), kForbiddenArrows.end(), Pair(from, to)) != kForbiddenArrows.end();
      if (named || (from == "websocket" && to != "core") || from == "core") forbid(from, to);
    }
  }
  return findings;
}

Findings check_includes(const Source& source, const Arrows& arrows) {
  Findings findings;
  auto room = folder_behind(source.path, "include/push/");
  const bool is_public = room.has_value();
  if (!room) room = folder_behind(source.path, "src/");
  if (!room) return findings;
  if (*room != "main" && !arrows.contains(*room))
    return {{source.path, 0, *room + " is not a room of the root CMakeLists.txt"}};
  for (const auto& include : includes_of(source)) {
    if (auto wrong = judge(include, *room, is_public, arrows))
      findings.push_back({source.path, include.line, std::move(*wrong)});
  }
  return findings;
}

Findings check_heavy_headers(const Source& source) {
  Findings findings;
  if (!source.path.starts_with("include/")) return findings;
  for (const auto& include : includes_of(source)) {
    const bool heavy = std::any_of(kHeavyHeaders.begin(), kHeavyHeaders.end(),
                                   [&](std::string_view header) { return include.target.starts_with(header); });
    if (heavy) findings.push_back({source.path, include.line, include.target + " belongs in a .cpp"});
  }
  return findings;
}

Findings check_pragma_once(const Source& source) {
  if (!source.path.ends_with(".hpp")) return {};
  const auto& code = source.code;
  if (std::count(code.begin(), code.end(), "#pragma once") == 1) return {};
  return {{source.path, 0, "a header must have #pragma once exactly once"}};
}

Findings check_file_length(const Source& source) {
  if (source.lines.size() <= kMaxFileLines) return {};
  return {{source.path, source.lines.size(), "the file has more than " + std::to_string(kMaxFileLines) + " lines"}};
}

Findings check_unfinished_words(const Source& source) {
  Findings findings;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    for (const auto word : kUnfinishedWords) {
      if (has_word(source.lines[i], word))
        findings.push_back({source.path, i + 1, std::string(word) + " marks unfinished work"});
    }
  }
  return findings;
}

Findings check_test_names(const Source& source) {
  Findings findings;
  for (std::size_t i = 0; i < source.code.size(); ++i) {
    const std::string_view line = source.code[i];
    if (!line.starts_with("TEST") && !line.starts_with("TYPED_TEST")) continue;
    const auto comma = line.find(", ");
    if (comma == std::string_view::npos || comma + 2 >= line.size()) continue;
    const auto name = line.substr(comma + 2, line.find(')') - comma - 2);
    // A row of the protocol's appendix may come first: A7_1_OneFrame.
    bool camel_case = std::isupper(static_cast<unsigned char>(name.front())) != 0;
    for (std::size_t at = 1; at < name.size(); ++at) {
      if (name[at] == '_' && std::isdigit(static_cast<unsigned char>(name[at - 1])) == 0 &&
          (at + 1 == name.size() || std::isdigit(static_cast<unsigned char>(name[at + 1])) == 0))
        camel_case = false;
    }
    if (!camel_case) findings.push_back({source.path, i + 1, "the test " + std::string(name) + " is not in CamelCase"});
  }
  return findings;
}

Findings check_public_headers(const std::vector<Source>& all) {
  std::set<std::string> wanted;  // headers included from outside the room
  for (const auto& source : all) {
    auto room = folder_behind(source.path, "include/push/");
    if (!room) room = folder_behind(source.path, "src/");
    if (!room) continue;  // tests and load generators include private headers
    for (const auto& include : includes_of(source)) {
      const auto target = folder_behind(include.target, "push/");
      if (target && target != room) wanted.insert(include.target);
    }
  }
  // A header that a wanted one includes must be public too.
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& source : all) {
      if (!source.path.starts_with("include/") || !wanted.contains(source.path.substr(8))) continue;
      for (const auto& include : includes_of(source)) grown |= wanted.insert(include.target).second;
    }
  }
  Findings findings;
  for (const auto& source : all) {
    if (source.path.starts_with("include/") && !wanted.contains(source.path.substr(8)))
      findings.push_back({source.path, 0, "no other room includes it: it belongs beside its sources in src/"});
  }
  return findings;
}

}  // namespace push::house
