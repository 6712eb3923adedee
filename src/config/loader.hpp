// One load: the schema, what was given for each key and from where, and what was wrong.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"

namespace push::config {

class Loader {
 public:
  // Later layers win over earlier ones.
  void read_yaml(const std::string& file, std::string_view yaml);
  void read_environment(Environment environment);
  // What no single key can see.
  void check_together();

  void fail(std::string line);
  // Nothing failed: empty. Else one line an error.
  std::string errors() const;
  Loaded loaded() const;

 private:
  void read_section(const Node& section, const std::string& prefix);
  void read_entry(const Node& entry, const std::string& path);
  void read_variable(std::size_t index, const std::string& name, const std::string& text);
  void assign(std::size_t index, const Value& value, std::string origin);
  bool is_section(const std::string& path) const;
  std::string at(int line) const { return file_ + ":" + std::to_string(line); }

  const std::vector<Key> keys_ = schema();
  std::vector<std::string> origins_ = std::vector<std::string>(keys_.size(), "default");
  std::string file_;
  Config config_;
  std::vector<std::string> errors_;
  std::size_t unlisted_ = 0;
};

}  // namespace push::config
