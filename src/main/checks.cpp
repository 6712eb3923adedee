#include "main/checks.hpp"

#include "push/files/file.hpp"

namespace push {

core::Result<void> check_web_interface(const config::Config& config) {
  if (config.uidir.empty()) return {};
  const auto page = files::open_file(config.uidir, "index.html");
  if (!page) return core::failure(page.error().code, "uidir: " + page.error().text);
  if (!*page) return core::failure(core::ErrorCode::not_found, "uidir: no index.html in " + config.uidir);
  return {};
}

}  // namespace push
