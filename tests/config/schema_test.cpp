// Properties of every key, driven by the list of settings, so that new keys are tested automatically.
#include <gmock/gmock.h>

#include <filesystem>
#include <regex>
#include <set>
#include <vector>

#include "config/schema.hpp"
#include "config/support.hpp"

namespace push::config {
namespace {

using testing::HasSubstr;

class SchemaTest : public ConfigTest {
 protected:
  Loaded defaults() const { return load_text("").value(); }

  static std::vector<std::string> parts(const std::string& path) {
    std::vector<std::string> all;
    std::istringstream in(path);
    for (std::string part; std::getline(in, part, '.');) all.push_back(part);
    return all;
  }

  // server.port and 8 as "server:\n  port: 8\n".
  static std::string nested(const std::string& path, const std::string& value) {
    std::string yaml;
    std::string indent;
    for (const std::string& part : parts(path)) {
      yaml += (yaml.empty() ? "" : "\n") + indent + part + ":";
      indent += "  ";
    }
    return yaml + " " + value + "\n";
  }

  // Cannot be changed unless another key is, too.
  static bool is_fixed_alone(const Setting& key) { return key.key == "database.dialect" || key.key == "cluster.bus"; }

  // A value that is not the default and that the key accepts.
  std::string other_value(const Setting& key) const {
    for (const char* value : {"8", "4096", "65536", "v3", "debug", "true", "false", "127.0.0.1", "drop_oldest", "[GET]",
                              "[10.0.0.0/8]", "{X-A: b}", "\"nats://127.0.0.1:8\"", "\"mailto:a@example.com\""}) {
      if (value != key.value && load_text(nested(key.key, value)).has_value()) return value;
    }
    return {};
  }

  // As a variable has it.
  static std::string without_quotes(const std::string& value) {
    return value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
  }

  static void expect_only_change(const Loaded& before, const Loaded& after, const Setting& key,
                                 const std::string& value, const std::string& origin) {
    ASSERT_EQ(before.settings.size(), after.settings.size());
    for (std::size_t i = 0; i < after.settings.size(); ++i) {
      const Setting& now = after.settings[i];
      if (now.key == key.key) {
        EXPECT_EQ(now.value, key.value == "[hidden]" ? "[hidden]" : value) << now.key;
        EXPECT_EQ(now.origin, origin) << now.key;
      } else {
        EXPECT_EQ(now.value, before.settings[i].value) << now.key << " changed with " << key.key;
        EXPECT_EQ(now.origin, "default") << now.key;
      }
    }
  }

  static std::string as_config_yml(const Loaded& loaded) {
    std::string yaml;
    std::vector<std::string> open;
    for (const Setting& one : loaded.settings) {
      std::vector<std::string> path = parts(one.key);
      const std::string name = path.back();
      path.pop_back();
      std::size_t same = 0;
      while (same < open.size() && same < path.size() && open[same] == path[same]) ++same;
      for (std::size_t i = same; i < path.size(); ++i) yaml += std::string(2 * i, ' ') + path[i] + ":\n";
      open = path;
      const std::string value = one.key == "defaultuser.pass" ? loaded.config.defaultuser.pass : one.value;
      yaml += std::string(2 * path.size(), ' ') + name + ": " + value + "  # " + one.meaning + "\n";
    }
    return yaml;
  }

  static std::string as_table(const Loaded& loaded) {
    std::string table = "| Key | Default | Meaning |\n|---|---|---|\n";
    for (const Setting& one : loaded.settings) {
      const std::string value = one.key == "defaultuser.pass" ? loaded.config.defaultuser.pass : one.value;
      table += "| `" + one.key + "` | `" + value + "` | " + one.meaning + " |\n";
    }
    return table;
  }
};

TEST_F(SchemaTest, EveryKeyCanBeSetByTheFile) {
  const Loaded before = defaults();
  for (const Setting& key : before.settings) {
    if (is_fixed_alone(key)) continue;
    const std::string value = other_value(key);
    ASSERT_NE(value, "") << key.key;
    const std::string yaml = nested(key.key, value);
    const auto after = load_text(yaml);
    ASSERT_TRUE(after.has_value()) << key.key;
    expect_only_change(before, *after, key, value, after->files.at(0) + ":" + std::to_string(parts(key.key).size()));
  }
}

TEST_F(SchemaTest, EveryKeyCanBeSetByItsVariableAndByAFileThatAVariableNames) {
  const Loaded before = defaults();
  for (const Setting& key : before.settings) {
    if (is_fixed_alone(key)) continue;
    const std::string value = other_value(key);
    set(key.variable, without_quotes(value));
    const auto by_variable = load_text("");
    unset(key.variable);
    ASSERT_TRUE(by_variable.has_value()) << shorten(by_variable);
    expect_only_change(before, *by_variable, key, value, key.variable);

    set(key.variable + "_FILE", write("value", without_quotes(value) + "\r\n"));
    const auto by_file = load_text("");
    unset(key.variable + "_FILE");
    ASSERT_TRUE(by_file.has_value()) << shorten(by_file);
    expect_only_change(before, *by_file, key, value, key.variable + "_FILE");
  }
}

TEST_F(SchemaTest, EveryKeyRefusesAValueOfTheWrongKindByLineAndKey) {
  for (const Setting& key : defaults().settings) {
    const std::string yaml = "# one\n" + nested(key.key, key.value[0] == '{' ? "[no]" : "{no: way}");
    const std::string where = "config.yml:" + std::to_string(parts(key.key).size() + 1) + ": " + key.key + ": a ";
    EXPECT_THAT(error_of(yaml), testing::StartsWith(where));
  }
}

TEST_F(SchemaTest, EveryMisspeltKeyIsNamedWithTheKeyThatWasMeant) {
  for (const Setting& key : defaults().settings) {
    const std::string wrong = key.key.substr(0, key.key.size() - 1) + "q";
    const std::string where = "config.yml:" + std::to_string(parts(key.key).size()) + ": ";
    EXPECT_EQ(error_of(nested(wrong, "1")), where + wrong + ": unknown key; did you mean " + key.key + "?");
  }
}

TEST_F(SchemaTest, EveryValueThatIsListedCanBeWrittenBack) {
  for (const Setting& key : defaults().settings) {
    if (key.value == "[hidden]") continue;
    const std::string value = other_value(key);
    const auto first = load_text(nested(key.key, value.empty() ? key.value : value));
    ASSERT_TRUE(first.has_value()) << key.key;
    const auto second = load_text(nested(key.key, setting(*first, key.key).value));
    ASSERT_TRUE(second.has_value()) << key.key;
    EXPECT_EQ(setting(*first, key.key).value, setting(*second, key.key).value);
  }
}

TEST_F(SchemaTest, VariablesCarryGotifysNamesAndNoTwoKeysShareOne) {
  const Loaded loaded = defaults();
  EXPECT_EQ(setting(loaded, "server.port").variable, "GOTIFY_SERVER_PORT");
  EXPECT_EQ(setting(loaded, "defaultuser.pass").variable, "GOTIFY_DEFAULTUSER_PASS");
  EXPECT_EQ(setting(loaded, "passstrength").variable, "GOTIFY_PASSSTRENGTH");
  EXPECT_EQ(setting(loaded, "compat").variable, "GOTIFY_COMPAT");
  EXPECT_EQ(setting(loaded, "server.stream.shards").variable, "GOTIFY_SERVER_STREAM_SHARDS");
  std::set<std::string> names;
  for (const Setting& key : loaded.settings) {
    EXPECT_TRUE(names.insert(key.variable).second) << key.variable;
    EXPECT_TRUE(names.insert(key.variable + "_FILE").second) << key.variable;
    EXPECT_NE(key.meaning, "") << key.key;
  }
}

// The defaults in config.hpp are the only ones; config.yml must say the same, key by key, in the same order.
TEST_F(SchemaTest, ConfigYmlListsExactlyEveryKeyWithItsDefaultAndMeaning) {
  std::string text = read("config.yml");
  ASSERT_NE(text, "") << "run from the repository's root";
  while (!text.empty() && text[0] == '#') text.erase(0, text.find('\n') + 1);
  EXPECT_EQ(text, as_config_yml(defaults()));
}

TEST_F(SchemaTest, ConfigYmlLoadsToTheDefaults) {
  const Loaded before = defaults();
  const auto after = load_file("config.yml");
  ASSERT_TRUE(after.has_value()) << after.error().text;
  EXPECT_EQ(after->files, std::vector<std::string>{"config.yml"});
  for (std::size_t i = 0; i < before.settings.size(); ++i) {
    EXPECT_EQ(after->settings[i].value, before.settings[i].value) << before.settings[i].key;
    EXPECT_THAT(after->settings[i].origin, testing::StartsWith("config.yml:")) << before.settings[i].key;
  }
  EXPECT_EQ(after->config.defaultuser.pass, DefaultUser().pass);
  EXPECT_EQ(after->config.server.stream.shards, Stream().shards);
  EXPECT_EQ(after->config.server.listenaddr, Server().listenaddr);
}

TEST_F(SchemaTest, TheDocumentHoldsTheTableOfEveryKey) {
  const std::string document = read("docs/configuration.md");
  const std::string first = "<!-- config -->";
  const std::size_t begin = document.find(first);
  const std::size_t end = document.find("<!-- /config -->");
  ASSERT_LT(begin, end) << "the table must be between the markers";
  EXPECT_THAT(document.substr(begin + first.size(), end - begin - first.size()), HasSubstr(as_table(defaults())));
}

TEST_F(SchemaTest, DocumentsMentionNoKeyThatDoesNotExist) {
  std::set<std::string> known;
  for (const Key& key : schema()) {
    known.insert(key.path);
    for (std::size_t dot = key.path.find('.'); dot != std::string::npos; dot = key.path.find('.', dot + 1))
      known.insert(key.path.substr(0, dot));
  }
  const std::regex mention(R"(`((?:server|database|cluster|defaultuser)\.[a-z0-9.]+)`)");
  std::vector<std::string> paths = {"README.md"};
  for (const auto& entry : std::filesystem::directory_iterator("docs")) paths.push_back(entry.path().string());
  EXPECT_GT(paths.size(), 5U);
  for (const std::string& path : paths) {
    const std::string text = read(path);
    for (std::sregex_iterator found(text.begin(), text.end(), mention), end; found != end; ++found)
      EXPECT_TRUE(known.contains((*found)[1])) << path << ": " << (*found)[1];
  }
}

}  // namespace
}  // namespace push::config
