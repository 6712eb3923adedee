#include "main/prepare_images.hpp"

#include <filesystem>
#include <system_error>
#include <unordered_set>

#include "push/core/log.hpp"

namespace push {
namespace {

core::Result<std::unordered_set<std::string>> named_images(store::Finder& store) {
  const auto users = store.list_users();
  if (!users) return users.error();
  std::unordered_set<std::string> named;
  for (const model::User& user : *users) {
    const auto read = store.list_applications(user.id, [&named](const model::Application& application) {
      named.insert(application.image);
      return true;
    });
    if (!read) return read.error();
  }
  return named;
}

}  // namespace

core::Result<void> prepare_images(store::Finder& store, const files::ImageFolder& images,
                                  const std::string& connection) {
  if (auto ready = images.prepare(); !ready) return ready;
  const auto named = named_images(store);
  std::error_code error;
  const auto database = std::filesystem::absolute(connection, error);
  if (!named) {
    spdlog::warn("cannot look for pictures without an application error=\"{}\"", named.error().text);
  } else if (!error) {
    images.sweep(*named, database.string());
  }
  return {};
}

}  // namespace push
