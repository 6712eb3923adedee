// A source file as the rules see it: its path in the repository, its lines, and the same lines with comments and the
// contents of literals blanked out, so that rules about code ignore words in them.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace push::house {

struct Source {
  std::string path;  // from the root of the repository, with '/'
  std::vector<std::string> lines;
  std::vector<std::string> code;  // same count as lines
};

Source source(std::string path, std::string_view text);

// Every .cpp and .hpp under root/<folder>, sorted by path.
std::vector<Source> read_tree(const std::string& root, const std::vector<std::string>& folders);

// Every text file in the root and anywhere under root/<folder>, sorted by path.
std::vector<Source> read_texts(const std::string& root, const std::vector<std::string>& folders);

// Every file and folder of the repository, except build folders and .git.
std::set<std::string> paths_of(const std::string& root);

// Same length and line breaks; comments, characters inside string and character literals become spaces.
std::string blank_out(std::string_view text);

}  // namespace push::house
