// sharded-gotify webpush-keys
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "main/command.hpp"
#include "main/settings.hpp"
#include "push/store/open.hpp"
#include "push/webpush/keys.hpp"

namespace push {
namespace {

struct Options {
  bool rotate = false;
  bool show_private = false;
};

int fail(const char* what, const core::Error& error) {
  std::fprintf(stderr, "sharded-gotify: cannot %s the Web Push keys: %s\n", what, error.text.c_str());
  return kFailure;
}

int run(const GlobalOptions& global, const Options& options) {
  const auto loaded = load_settings(global.config);
  if (!loaded) return refuse(loaded.error());
  const config::Config& config = loaded->config;
  if (options.rotate) {
    auto made = webpush::make_keys();
    if (!made) return fail("make", made.error());
    made->subject = config.webpush.subject;
    if (auto replaced = store::replace_webpush_keys(config.database, *made); !replaced) {
      return fail("replace", replaced.error());
    }
    std::fputs("All subscriptions have been removed: browsers subscribe again when the web interface is opened.\n",
               stderr);
  }
  const auto keys = store::read_webpush_keys(config.database);
  if (!keys) return fail("read", keys.error());
  if (keys->public_key.empty()) {
    return fail("read",
                core::failure(core::ErrorCode::not_found, "there are none yet; a server makes them at its start"));
  }
  const std::string& subject = keys->subject;
  std::string text = "public:  " + keys->public_key + "\n";
  if (options.show_private) text += "private: " + keys->private_key + "\n";
  text += "subject: " + (subject.empty() ? std::string(webpush::kDefaultSubject) + " (default)" : subject) + "\n";
  return print(text);
}

Action prepare(CLI::App& line) {
  const auto options = std::make_shared<Options>();
  line.add_flag("--rotate", options->rotate,
                "make new keys, and remove all subscriptions, which belong to the former ones");
  line.add_flag("--private", options->show_private, "print the private key, too");
  return [options](const GlobalOptions& global) { return run(global, *options); };
}

const Command kWebPushKeys("webpush-keys", "print or replace the keys by which push services know this server",
                           Command::Reads::settings, prepare);

}  // namespace
}  // namespace push
