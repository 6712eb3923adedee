// Opens a store, the only way to get one.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/patient_clock.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/feed.hpp"
#include "push/store/store.hpp"
#include "push/store/webpush.hpp"

namespace push::store {

// Opens the configured database: creates it, or upgrades one of an older Gotify in place. Called once, by main; blocks.
// `metrics` must outlive the store. Clients expire, and messages age, by `clock`, which is asked on any thread.
// `retention` is for applications without a rule of their own. Errors name the database: unavailable (locked, no
// permission, or used by another server: named), invalid (in memory, malformed, or not a Gotify database). With a
// cluster.bus the store has a feed(), and other nodes may open it with the same bus and other names; cluster.node must
// be set (node_name()).
core::Result<std::unique_ptr<Store>> open(const config::Database& database, metrics::Registry& metrics,
                                          core::WallClock clock = &core::wall_now,
                                          const config::Retention& retention = {}, const config::Cluster& cluster = {});

// The name of this node, which open() needs in cluster.node: cluster.node itself, or, if that is empty, the name in the
// file `node-name` of `folder`, the data folder. The first call makes that file, with the host's name and four random
// letters. invalid: the name in the file; unavailable: the file cannot be read or written.
core::Result<std::string> node_name(const config::Cluster& cluster, const std::string& folder);

// The nodes that the database knows, by name. Changes nothing, takes no lock. invalid: it is not PostgreSQL, or no
// server has opened it yet.
core::Result<std::vector<NodeRow>> list_nodes(const config::Database& database);

// The Web Push keys in the database, beside a server that may be running; "" = there are none. invalid: no server has
// opened it yet.
core::Result<WebPushKeys> read_webpush_keys(const config::Database& database);
// Replaces them, with an empty subject keeping the one that is there, and removes all subscriptions: they belong to the
// former keys. Running servers notice within ten seconds.
core::Result<void> replace_webpush_keys(const config::Database& database, const WebPushKeys& keys);

// Which database this is: another text for another one. Holds no secrets.
std::string name_of(const config::Database& database);

// Whether there is a file at database.connection. Changes nothing. invalid: what open() refuses whatever is in the
// file: in memory, a folder. PostgreSQL: true; its database is made by somebody else.
core::Result<bool> exists(const config::Database& database);

}  // namespace push::store
