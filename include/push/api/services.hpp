// What the API depends on. Built by main; everything it refers to outlives the service.
#pragma once
#include <string>

#include "push/api/accounts.hpp"
#include "push/api/delivery_tests.hpp"
#include "push/api/origin_rules.hpp"
#include "push/api/readiness.hpp"
#include "push/api/trusted_proxies.hpp"
#include "push/auth/authenticator.hpp"
#include "push/config/config.hpp"
#include "push/core/clock.hpp"
#include "push/core/worker_pool.hpp"
#include "push/delivery/history.hpp"
#include "push/delivery/publisher.hpp"
#include "push/files/file_cache.hpp"
#include "push/files/image_folder.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/presence.hpp"
#include "push/net/response_budget.hpp"
#include "push/store/store.hpp"
#include "push/webpush/sender.hpp"

namespace push::api {

struct Services {
  const config::Config& config;
  metrics::Registry& metrics;
  core::WorkerPool& workers;
  store::Finder& store;
  const auth::Authenticator& authenticator;  // const: only `accounts` makes it forget
  Accounts& accounts;
  delivery::Publisher& publisher;
  delivery::History& history;
  files::ImageFolder& images;
  files::FileCache& files;
  net::ResponseBudget& responses;
  net::Presence& presence;
  Readiness& readiness;
  DeliveryTests& tests;
  OriginRules origins;
  TrustedProxies proxies;
  std::string node{};                       // this server's name
  core::WallTime start = core::wall_now();  // of the server
  webpush::Sender* webpush = nullptr;       // null: config webpush.enabled is false
};

}  // namespace push::api
