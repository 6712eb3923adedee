#include "main/prepare_images.hpp"

#include <unordered_set>
#include <utility>

#include "push/core/await.hpp"
#include "push/core/log.hpp"

namespace push {
namespace {

using Names = std::unordered_set<std::string>;

core::Result<Names> named_images(store::Finder& store) {
  const auto users = store.list_users();
  if (!users) return users.error();
  Names named;
  for (const model::User& user : *users) {
    const auto read = store.list_applications(user.id, [&named](const model::Application& application) {
      named.insert(application.image);
      return true;
    });
    if (!read) return read.error();
  }
  return named;
}

// Those that were uploaded to Gotify, on this database.
core::Result<void> keep_pictures(store::Store& store, const files::ImageFolder& images, const Names& named) {
  for (const std::string& name : named) {
    if (!files::ImageFolder::could_be(name)) continue;
    const auto kept = store.find_picture(name);
    if (!kept) return kept.error();
    if (*kept) continue;
    const auto file = images.open(name);
    if (!file) return file.error();
    if (!*file) continue;
    const auto bytes = (*file)->read();
    if (!bytes) return bytes.error();
    auto done =
        core::await<core::Result<void>>([&](auto answer) { store.keep_picture(name, bytes->view, std::move(answer)); });
    if (!done) return done;
  }
  return {};
}

}  // namespace

core::Result<void> prepare_images(store::Store& store, const files::ImageFolder& images, const std::string& database) {
  if (auto ready = images.prepare(); !ready) return ready;
  const auto named = named_images(store);
  if (!named) {
    spdlog::warn("cannot look for pictures without an application error=\"{}\"", named.error().text);
    return {};
  }
  if (!database.empty()) images.sweep(*named, database);
  if (!store.keeps_pictures()) return {};
  if (auto kept = keep_pictures(store, images, *named); !kept) {
    spdlog::warn("cannot copy pictures into the database error=\"{}\"", kept.error().text);
  }
  return {};
}

}  // namespace push
