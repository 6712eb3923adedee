// dotenv files in the dialect of Gotify 3, which is that of Go's godotenv: NAME=value or NAME: value, `export`,
// comments, quotes, values of several lines, $NAME and ${NAME} of an earlier line. Its oddities are kept, because a
// file must mean the same to both servers; those that lose part of a value produce a remark.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace push::config {

struct Assignment {
  int line;
  std::string name;
  std::string value;
  const char* remark = nullptr;  // a probable mistake; never contains any of the value
};

struct DotenvError {
  int line;
  std::string text;
};

// In the order of the file; a name may appear twice, and the last one wins. An error never contains a value.
std::variant<std::vector<Assignment>, DotenvError> parse_dotenv(std::string_view text);

// `value` as written after NAME=, quoted if necessary. None if the dialect cannot express it.
std::optional<std::string> quote_dotenv(const std::string& value);

}  // namespace push::config
