// Arbitrary bytes as config.yml, or as the value of one environment variable: they load or are refused in printable
// lines that say where; and what has loaded, written back as it is listed, loads to the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "config/loader.hpp"
#include "push/core/check.hpp"

namespace {

using namespace push::config;

std::string variable;  // an Environment is a plain function, so what it answers stands here
std::string text;

const char* look_up(const char* name) {
  return variable == name ? text.c_str() : nullptr;
}

void check_errors(const std::string& errors, const std::string& where) {
  std::size_t at = 0;
  while (at < errors.size()) {
    const std::size_t end = std::min(errors.find('\n', at), errors.size());
    const std::string line = errors.substr(at, end - at);
    PUSH_CHECK(line.rfind(where, 0) == 0 || line.rfind("and ", 0) == 0);
    for (const char c : line) PUSH_CHECK(static_cast<unsigned char>(c) >= 0x20);
    at = end + 1;
  }
}

// As YAML of one line: server: {port: 80, stream: {shards: 256}}
std::string nested(const std::string& path, const std::string& value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) return path + ": " + value;
  return path.substr(0, dot) + ": {" + nested(path.substr(dot + 1), value) + "}";
}

// One setting a run, chosen by the input.
void check_written_back(const Loaded& loaded) {
  std::vector<Setting> given;
  for (const Setting& one : loaded.settings) {
    if (one.origin != "default" && one.value != "[hidden]") given.push_back(one);
  }
  if (given.empty()) return;
  const Setting& one = given[text.size() % given.size()];
  Loader again;
  again.read_yaml("again", nested(one.key, one.value));
  PUSH_CHECK(again.errors().empty());
  for (const Setting& other : again.loaded().settings) {
    if (other.key == one.key) PUSH_CHECK(other.value == one.value);
  }
}

void check(Loader& loader, const std::string& where) {
  loader.check_together();
  const std::string errors = loader.errors();
  check_errors(errors, where);
  if (errors.empty()) check_written_back(loader.loaded());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Key> keys = schema();
  if (size == 0) return 0;
  const std::size_t choice = data[0];
  text.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  Loader loader;
  if (choice < keys.size()) {
    variable = keys[choice].variable();
    text.resize(std::strlen(text.c_str()));
    loader.read_environment(&look_up);
    check(loader, variable + ": ");
  } else {
    loader.read_yaml("config.yml", text);
    check(loader, "config.yml:");
  }
  return 0;
}
