// What the API works with. Built by main; everything that is referred to outlives the service.
#pragma once
#include "push/api/accounts.hpp"
#include "push/api/origin_rules.hpp"
#include "push/api/trusted_proxies.hpp"
#include "push/auth/authenticator.hpp"
#include "push/config/config.hpp"
#include "push/core/worker_pool.hpp"
#include "push/delivery/publisher.hpp"
#include "push/files/image_folder.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::api {

struct Services {
  const config::Config& config;
  metrics::Registry& metrics;
  core::WorkerPool& workers;
  store::Finder& store;
  const auth::Authenticator& authenticator;  // finds out who asks; to forget is for `accounts`
  Accounts& accounts;
  delivery::Publisher& publisher;
  files::ImageFolder& images;
  OriginRules origins;
  TrustedProxies proxies;
};

}  // namespace push::api
