// A store on PostgreSQL with a user and two applications.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "push/metrics/registry.hpp"
#include "push/store/open.hpp"
#include "support/await.hpp"
#include "support/socket.hpp"

namespace push::trials {

inline config::Database settings_for(const std::string& connection) {
  config::Database settings;
  settings.dialect = "postgres";
  settings.connection = connection;
  return settings;
}

struct Bench {
  explicit Bench(const std::string& connection) {
    auto opened = store::open(settings_for(connection), metrics);
    if (!opened) throw support::Failure(opened.error().text);
    store = *std::move(opened);
    const auto made = test::await(*store, &store::Store::create_user, store::NewUser{"alice", "hash", false});
    if (!made) throw support::Failure(made.error().text);
    user = made->id;
    for (const char* const token : {"A1", "A2"}) {
      const auto one =
          test::await(*store, &store::Store::create_application, store::NewApplication{user, token, token, "", 0, ""});
      if (!one) throw support::Failure(one.error().text);
      applications.push_back(one->id);
    }
  }

  metrics::Registry metrics;
  std::unique_ptr<store::Store> store;
  core::UserId user{};
  std::vector<core::ApplicationId> applications;
};

}  // namespace push::trials
