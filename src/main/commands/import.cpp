// sharded-gotify import --from FILE [--images DIR]
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "main/command.hpp"
#include "main/import_progress.hpp"
#include "main/settings.hpp"
#include "push/core/log.hpp"
#include "push/files/image_folder.hpp"
#include "push/store/import.hpp"

namespace push {
namespace {

using core::Result;

constexpr mode_t kImportUmask = 027;  // as the server: pictures are for this user and its group
constexpr std::size_t kMaxMissing = 5;

struct Origin {
  std::string database;
  std::string images;
};

int failed(const core::Error& error) {
  std::fprintf(stderr, "sharded-gotify: cannot import: %s\n", error.text.c_str());
  return kFailure;
}

// Of one folder into another. The same folder may be both.
class Pictures {
 public:
  Pictures(const std::string& from, const std::string& to) : from_(from), to_(to) {
    std::error_code error;
    same_ = std::filesystem::equivalent(from, to, error);
  }
  Result<void> prepare() const { return to_.prepare(); }
  Result<std::optional<std::string>> copy(const std::string& name) const {
    const auto file = from_.open(name);
    if (!file) return file.error();
    if (!*file) return std::optional<std::string>();
    const auto bytes = (*file)->read();
    if (!bytes) return bytes.error();
    if (!same_) {
      if (auto put = to_.put(name, bytes->view); !put) return put.error();
    }
    return std::optional<std::string>(bytes->view);
  }

 private:
  files::ImageFolder from_;
  files::ImageFolder to_;
  bool same_ = false;
};

std::string text_of(const store::ImportReport& report) {
  std::string text;
  for (const auto& table : report.tables) {
    if (table.rows > 0) text += table.name + ": " + std::to_string(table.rows) + " rows\n";
  }
  text += "pictures: " + std::to_string(report.pictures) + "\n";
  for (const store::ImportChange& change : report.changes) {
    text += "changed: " + change.column + ": " + change.what + ": " + std::to_string(change.rows) + " rows, id";
    for (const std::int64_t id : change.first) text += " " + std::to_string(id);
    text += change.rows > change.first.size() ? " ...\n" : "\n";
  }
  for (std::size_t i = 0; i < report.missing_pictures.size() && i < kMaxMissing; ++i) {
    text += "missing picture: " + report.missing_pictures[i] + "\n";
  }
  if (report.missing_pictures.size() > kMaxMissing) {
    text += "missing pictures in all: " + std::to_string(report.missing_pictures.size()) + "\n";
  }
  return text;
}

std::string default_images(const std::string& database) {
  return (std::filesystem::path(database).parent_path() / "images").string();
}

int import(const GlobalOptions& options, Origin origin) {
  const auto loaded = load_settings(options.config);
  if (!loaded) return refuse(loaded.error());
  const config::Config& config = loaded->config;
  if (config.database.dialect != "postgres") {
    return refuse(core::failure(core::ErrorCode::invalid,
                                "database.dialect: " + config.database.dialect +
                                    ": import writes to the configured database, which must be of dialect postgres"));
  }
  std::error_code error;
  if (origin.images.empty()) {
    origin.images = default_images(origin.database);
  } else if (!std::filesystem::is_directory(origin.images, error)) {
    return failed(core::failure(core::ErrorCode::not_found, "--images: " + origin.images + " is no folder"));
  }
  ::umask(kImportUmask);
  const core::Log log(config.loglevel, false, STDERR_FILENO);
  const auto begun = core::steady_now();
  const Pictures pictures(origin.images, config.uploadedimagesdir);
  if (auto ready = pictures.prepare(); !ready) return failed(ready.error());
  ImportProgressLine line(::isatty(STDERR_FILENO) == 1);
  const auto report =
      store::import_sqlite({.from = origin.database,
                            .to = config.database,
                            .picture = [&pictures](const std::string& name) { return pictures.copy(name); },
                            .progress = [&line](const store::ImportProgress& progress) { line.show(progress); }});
  line.end();
  if (!report) return failed(report.error());
  if (!report->former.empty()) {
    return print("already imported at " + report->former + " into " + report->target + ": nothing to do\n");
  }
  const double seconds = std::chrono::duration<double>(core::steady_now() - begun).count();
  char time[32];
  std::snprintf(time, sizeof(time), "%.1f", seconds);
  return print(text_of(*report) + "imported " + origin.database + " into " + report->target + " in " + time + " s\n");
}

const Command kImport("import", "copy an SQLite database, of this server or of Gotify, into the configured PostgreSQL",
                      Command::Reads::settings, [](CLI::App& line) -> Action {
                        const auto origin = std::make_shared<Origin>();
                        line.add_option("--from", origin->database, "the SQLite database; stop its server first")
                            ->type_name("FILE")
                            ->required();
                        line.add_option("--images", origin->images,
                                        "its pictures, by default the folder images beside it")
                            ->type_name("DIR");
                        return [origin](const GlobalOptions& options) { return import(options, *origin); };
                      });

}  // namespace
}  // namespace push
