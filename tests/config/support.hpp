// Files and variables for one test, without touching those of the process.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "push/config/config.hpp"

namespace push::config {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    variables().clear();
    std::string pattern = (std::filesystem::temp_directory_path() / "config_test_XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  ~ConfigTest() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (directory_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return (std::ostringstream() << in.rdbuf()).str();
  }

  static void set(const std::string& name, const std::string& value) { variables()[name] = value; }
  static void unset(const std::string& name) { variables().erase(name); }

  core::Result<Loaded> load_text(const std::string& yaml) const { return load(write("config.yml", yaml), variables()); }
  core::Result<Loaded> load_file(const std::string& path) const { return load(path, variables()); }

  // The error without the directory's name, or "loaded".
  std::string error_of(const std::string& yaml) const { return shorten(load_text(yaml)); }
  std::string shorten(const core::Result<Loaded>& result) const {
    if (result.has_value()) return "loaded";
    std::string text = result.error().text;
    const std::string prefix = directory_.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  static const Setting& setting(const Loaded& loaded, const std::string& key) {
    for (const Setting& one : loaded.settings) {
      if (one.key == key) return one;
    }
    ADD_FAILURE() << "no setting " << key;
    return loaded.settings.front();
  }

  std::filesystem::path directory_;

 private:
  static Environment& variables() {
    static Environment map;
    return map;
  }
};

}  // namespace push::config
