#include "house/citations.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <regex>

namespace push::house {
namespace {

using Each = std::function<void(const std::smatch&)>;

// std::regex is slow, and most lines contain none of the words.
bool has_any(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

void for_each(const std::string& text, const std::regex& pattern, const Each& each) {
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) each(*match);
}

// Calls `each` with every line of a Markdown text that is not in a fenced block.
void for_each_line(std::string_view markdown, const std::function<void(const std::string&)>& each) {
  bool fenced = false;
  for (const std::string& line : source("", markdown).lines) {
    const bool fence = line.starts_with("```");
    if (fence) fenced = !fenced;
    if (!fence && !fenced) each(line);
  }
}

// As GitHub does: lower case, dashes for spaces, other punctuation removed.
std::string anchor_of(const std::string& heading) {
  std::string out;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '-';
    } else if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      out += static_cast<char>(std::tolower(byte));
    }
  }
  return out;
}

std::string without_code_spans(std::string line) {
  static const std::regex kSpan("`[^`]*`");
  return std::regex_replace(line, kSpan, "");
}

// A row of the recorded exchanges, e.g. "A3.12", cites its part.
std::string part_of(const std::string& number) {
  return number.front() == 'A' ? number.substr(0, number.find('.')) : number;
}

// `rest` is what follows the first number: ", 2.1", ", row c".
void check_sections(const std::string& first, const std::string& rest, const std::string& named,
                    const std::set<std::string>& sections, const std::function<void(const std::string&)>& report) {
  static const std::regex kMore(R"((row [a-z])|(A?\d+(?:\.\d+)*))");
  std::string number = part_of(first);
  const auto check = [&](const std::string& section) {
    if (!sections.contains(section)) report("docs/gotify-protocol.md has no " + section);
  };
  check(number);
  for_each(rest, kMore, [&](const std::smatch& match) {
    if (match[2].matched) number = part_of(match[2]);
    check(match[1].matched ? number + " " + match[1].str() : number);
  });
  if (!named.empty()) check(number + " " + named);
}

}  // namespace

std::set<std::string> sections_of(std::string_view markdown) {
  static const std::regex kHeading(R"(^#+ (?:Appendix )?(A?\d+(?:\.\d+)*|A)\.? .*)");
  static const std::regex kRow(R"(^\| ([a-z]) \|.*)");
  static const std::regex kPart(R"(\*\*([^*]+?)\.?\*\*)");
  std::set<std::string> sections;
  std::string number;
  for_each_line(markdown, [&](const std::string& line) {
    std::smatch match;
    if (std::regex_match(line, match, kHeading)) {
      number = match[1];
      sections.insert(number);
    } else if (std::regex_match(line, match, kRow)) {
      sections.insert(number + " row " + match[1].str());
    } else {
      for_each(line, kPart, [&](const std::smatch& part) { sections.insert(number + " " + part[1].str()); });
    }
  });
  return sections;
}

std::set<std::string> promises_of(std::string_view markdown) {
  static const std::regex kRow(R"(^\| ([A-Z]\d+) \|.*)");
  std::set<std::string> promises;
  for_each_line(markdown, [&](const std::string& line) {
    std::smatch match;
    if (std::regex_match(line, match, kRow)) promises.insert(match[1]);
  });
  return promises;
}

std::set<std::string> anchors_of(std::string_view markdown) {
  static const std::regex kHeading("^#+ (.*)");
  std::set<std::string> anchors;
  for_each_line(markdown, [&](const std::string& line) {
    std::smatch match;
    if (std::regex_match(line, match, kHeading)) anchors.insert(anchor_of(match[1]));
  });
  return anchors;
}

Findings check_citations(const Source& text, const Documents& documents) {
  static const std::regex kSection(
      R"re(\bprotocol (A?\d+(?:\.\d+)*)((?:(?:,| and) (?:A?\d+(?:\.\d+)*|row [a-z]\b))*))re"
      R"re((?:,? \(?"([^"]+)")?)re");
  static const std::regex kPromise(R"(\breliability ([A-Z]\d+)((?:(?:,| and) [A-Z]\d+\b)*))");
  static const std::regex kMore(R"([A-Z]\d+)");
  static const std::regex kDocument(R"(\bdocs/[a-z-]+\.md)");
  Findings findings;
  for (std::size_t i = 0; i < text.lines.size(); ++i) {
    if (!has_any(text.lines[i], {"protocol ", "reliability ", "docs/"})) continue;
    const auto report = [&](const std::string& what) { findings.push_back({text.path, i + 1, what}); };
    for_each(text.lines[i], kSection, [&](const std::smatch& match) {
      check_sections(match[1], match[2], match[3], documents.sections, report);
    });
    for_each(text.lines[i], kPromise, [&](const std::smatch& match) {
      for_each(match[1].str() + match[2].str(), kMore, [&](const std::smatch& id) {
        if (!documents.promises.contains(id.str())) report("docs/reliability.md has no " + id.str());
      });
    });
    for_each(text.lines[i], kDocument, [&](const std::smatch& match) {
      if (!documents.paths.contains(match.str())) report("there is no " + match.str());
    });
  }
  return findings;
}

Findings check_links(const Source& markdown, const Documents& documents) {
  static const std::regex kLink(R"(\]\(([^)\s]+)\))");
  Findings findings;
  bool fenced = false;
  for (std::size_t i = 0; i < markdown.lines.size(); ++i) {
    if (markdown.lines[i].starts_with("```")) fenced = !fenced;
    if (fenced) continue;
    for_each(without_code_spans(markdown.lines[i]), kLink, [&](const std::smatch& match) {
      const std::string link = match[1];
      if (link.find("://") != std::string::npos || link.starts_with("mailto:")) return;
      const auto hash = link.find('#');
      const std::string file = link.substr(0, hash);
      const auto folder = std::filesystem::path(markdown.path).parent_path();
      const std::string path = file.empty() ? markdown.path : (folder / file).lexically_normal().generic_string();
      if (!documents.paths.contains(path)) {
        findings.push_back({markdown.path, i + 1, "the link " + link + " leads to no file"});
      } else if (hash != std::string::npos) {
        const auto found = documents.anchors.find(path);
        if (found == documents.anchors.end() || !found->second.contains(link.substr(hash + 1)))
          findings.push_back({markdown.path, i + 1, "the link " + link + " leads to no heading"});
      }
    });
  }
  return findings;
}

Findings check_named_tests(const Source& markdown, const std::set<std::string>& tests) {
  static const std::regex kTest(R"(`([A-Z]\w*)\.(\*|\w+)`)");
  Findings findings;
  for (std::size_t i = 0; i < markdown.lines.size(); ++i) {
    for_each(markdown.lines[i], kTest, [&](const std::smatch& match) {
      const std::string suite = match[1].str() + ".";
      const auto found = tests.lower_bound(match[2] == "*" ? suite : suite + match[2].str());
      const bool exists =
          found != tests.end() && (match[2] == "*" ? found->starts_with(suite) : *found == suite + match[2].str());
      if (!exists) findings.push_back({markdown.path, i + 1, "there is no test " + suite + match[2].str()});
    });
  }
  return findings;
}

Findings check_named_commands(const Source& markdown, const Documents& documents) {
  static const std::regex kCommand(R"(`(?:bash )?((?:scripts|tests|benchmark|\.ci)/[^` ]+)[^`]*`)");
  Findings findings;
  for (std::size_t i = 0; i < markdown.lines.size(); ++i) {
    for_each(markdown.lines[i], kCommand, [&](const std::smatch& match) {
      if (!documents.paths.contains(match[1]))
        findings.push_back({markdown.path, i + 1, "there is no " + match[1].str()});
    });
  }
  return findings;
}

std::set<std::string> tests_of(const Source& source) {
  static const std::regex kTest(R"(^(?:TYPED_)?TEST(?:_F|_P)?\((\w+), (\w+)\).*)");
  std::set<std::string> tests;
  for (const std::string& line : source.lines) {
    std::smatch match;
    if (has_any(line, {"TEST"}) && std::regex_match(line, match, kTest))
      tests.insert(match[1].str() + "." + match[2].str());
  }
  return tests;
}

}  // namespace push::house
