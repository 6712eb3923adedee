// Arbitrary bytes as config.yml, as a dotenv file, or as the value of one environment variable: they load, or are
// refused in printable lines that name the place. A loaded configuration, listed and loaded again, is the same, and so
// are the values of a dotenv file after quoting them again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "config/dotenv.hpp"
#include "config/loader.hpp"
#include "push/core/check.hpp"

namespace {

using namespace push::config;

void check_line(const std::string& line) {
  for (const char c : line) PUSH_CHECK(static_cast<unsigned char>(c) >= 0x20);
}

void check_errors(const std::string& errors, const std::string& where) {
  std::size_t at = 0;
  while (at < errors.size()) {
    const std::size_t end = std::min(errors.find('\n', at), errors.size());
    const std::string line = errors.substr(at, end - at);
    PUSH_CHECK(line.rfind(where, 0) == 0 || line.rfind("and ", 0) == 0);
    check_line(line);
    at = end + 1;
  }
}

// As YAML of one line: server: {port: 80, stream: {shards: 256}}
std::string nested(const std::string& path, const std::string& value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) return path + ": " + value;
  return path.substr(0, dot) + ": {" + nested(path.substr(dot + 1), value) + "}";
}

// One setting per run, chosen by the input.
void check_written_back(const Loaded& loaded, std::size_t chosen) {
  std::vector<Setting> given;
  for (const Setting& one : loaded.settings) {
    if (one.origin != "default" && one.value != "[hidden]") given.push_back(one);
  }
  if (given.empty()) return;
  const Setting& one = given[chosen % given.size()];
  Loader again;
  again.read_yaml("again", nested(one.key, one.value));
  PUSH_CHECK(again.errors().empty());
  for (const Setting& other : again.loaded().settings) {
    if (other.key == one.key) PUSH_CHECK(other.value == one.value);
  }
}

void check(Loader& loader, const std::string& where, std::size_t chosen) {
  loader.check_together();
  const std::string errors = loader.errors();
  check_errors(errors, where);
  for (const Notice& notice : loader.loaded().notices) check_line(notice.text);
  if (errors.empty()) check_written_back(loader.loaded(), chosen);
}

void check_dotenv(const std::string& text) {
  Loader loader;
  loader.read_dotenv("my.env", text);
  check(loader, "my.env:", text.size());
  const auto parsed = parse_dotenv(text);
  const auto* all = std::get_if<std::vector<Assignment>>(&parsed);
  if (all == nullptr) return;
  for (const Assignment& one : *all) {
    const auto quoted = quote_dotenv(one.value);
    if (!quoted) continue;
    const auto again = std::get<std::vector<Assignment>>(parse_dotenv("A=" + *quoted + "\nB=1"));
    PUSH_CHECK(again.size() == 2 && again[0].value == one.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Key> keys = schema();
  if (size == 0) return 0;
  const std::size_t choice = data[0];
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (choice < keys.size()) {
    Loader loader;
    const std::string variable = keys[choice].variable();
    text.resize(std::strlen(text.c_str()));
    loader.read_environment({{variable, text}});
    check(loader, variable + ": ", text.size());
  } else if (choice % 2 == 0) {
    check_dotenv(text);
  } else {
    Loader loader;
    loader.read_yaml("config.yml", text);
    check(loader, "config.yml:", text.size());
  }
  return 0;
}
