// One load: the schema, each key's value and its origin, and the errors.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"

namespace push::config {

inline constexpr const char* kConfigFile = "GOTIFY_CONFIG_FILE";  // names the dotenv file, or a config.yml

class Loader {
 public:
  Loader();

  // Later layers win over earlier ones.
  void read_yaml(const std::string& file, std::string_view yaml);
  void read_dotenv(const std::string& file, std::string_view text);
  void read_environment(const Environment& environment);
  // Checks rules that involve several keys. Once, after the last layer.
  void check_together();

  void fail(std::string line);
  void note(Notice::Level level, std::string line);
  // One line per error; empty = no errors.
  std::string errors() const;
  Loaded loaded() const;
  // The effective value of a key of the schema, including those that this server does not support.
  const Value& value(std::string_view path) const;

  struct Given {
    const Key& key;
    const Value& value;
  };
  // The keys that were set explicitly.
  std::vector<Given> given() const;

 private:
  struct Variable {
    std::string text;
    std::string place;  // gotify-server.env:3; empty = the environment
  };
  using Variables = std::map<std::string, Variable>;

  void read_section(const Node& section, const std::string& prefix);
  void read_entry(const Node& entry, const std::string& path);
  void read_variables(const Variables& variables);
  // Whether it is set: the variable itself, or its _FILE.
  bool read_variable_of(std::size_t index, const std::string& name, const Variables& variables);
  // The same under the name that an earlier version had for the key.
  void read_earlier(std::size_t index, bool is_set, const Variables& variables);
  void read_named_file(std::size_t index, const std::string& name, const Variable& variable);
  void read_variable(std::size_t index, const std::string& name, const Variable& variable);
  void note_earlier(const std::string& where, const std::string& now, bool is_set);
  void note_unknown(const Variables& variables);
  void assign(std::size_t index, Value value, std::string origin);
  void check_served();
  void check_readers();
  void check_connection();
  void check_cluster();
  std::size_t index_of(std::string_view path) const;
  bool is_section(const std::string& path) const;
  std::string at(int line) const { return file_ + ":" + std::to_string(line); }
  std::string where(std::size_t index) const;

  const std::vector<Key> keys_ = schema();
  std::vector<Value> values_;  // of each key
  std::vector<std::string> origins_;
  std::string file_;
  std::vector<std::string> files_;
  Config config_;
  std::map<std::string, std::string> others_;
  std::vector<std::string> errors_;
  std::vector<Notice> notices_;
  std::size_t unlisted_ = 0;
};

}  // namespace push::config
