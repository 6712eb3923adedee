// The business rules, shared by all stores: what a new or changed row looks like, what forbids it, and the error text.
// The rules read through a Transaction; the store writes what they return.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"
#include "push/store/store.hpp"
#include "store/transaction.hpp"

namespace push::store {

// not_found: "<what> does not exist".
core::Error gone(std::string_view what);

// ---- the expiry of clients
bool has_expired(const model::Client& client, core::WallTime now);
// What was found, or empty if it has expired.
core::Result<std::optional<model::Client>> unless_expired(core::Result<std::optional<model::Client>> found,
                                                          core::WallTime now);
// After a use at `at`, which postpones the expiry of a client. Neither time moves back, however the clock was set.
model::Client touched(model::Client client, core::WallTime at);
model::Application touched(model::Application application, core::WallTime at);

// ---- retention
// What holds for an application with this rule of its own: neither is empty.
Retention in_force(const Retention& own, const config::Retention& configured);
// Up to which date a message is too old at `now`; empty = none is. A message without a date (core::kNoTime) never is.
std::optional<core::WallTime> too_old(const Retention& in_force, core::WallTime now);
// When a message becomes too old.
core::WallTime end_of_days(const Retention& in_force, core::WallTime date);
core::Result<void> check(const Retention& rule);  // invalid: out of range

// ---- new rows: ready to insert, without an id. Errors: those of Store::create_*.
core::Result<model::User> new_user(Transaction& transaction, NewUser wanted, core::WallTime now);
// An empty sort key is replaced by the one after the user's greatest (protocol 7.4).
core::Result<model::Application> new_application(Transaction& transaction, NewApplication wanted, core::WallTime now);
core::Result<model::Client> new_client(Transaction& transaction, NewClient wanted, core::WallTime now);

// ---- rows of an owner. not_found: missing, another user's, or (clients) expired.
core::Result<model::Application> owned(Transaction& transaction, core::UserId user, core::ApplicationId id);
core::Result<model::Client> owned(Transaction& transaction, core::UserId user, core::ClientId id, core::WallTime now);

// ---- changed rows: ready to write. Errors: those of the Store's methods.
core::Result<model::User> changed(Transaction& transaction, core::UserId id, UserChange change);
core::Result<model::Application> changed(Transaction& transaction, core::UserId user, core::ApplicationId id,
                                         ApplicationChange change);
core::Result<model::Application> with_token(Transaction& transaction, core::UserId user, core::ApplicationId id,
                                            std::string token);
core::Result<ImageChange> with_image(Transaction& transaction, core::UserId user, core::ApplicationId id,
                                     std::string image);
core::Result<model::Client> changed(Transaction& transaction, core::UserId user, core::ClientId id, ClientChange change,
                                    core::WallTime now);

// ---- rows to delete: the image files that nothing will refer to afterwards ("" = none). Errors: those of the Store's
// methods.
core::Result<std::string> images_left_by(Transaction& transaction, core::UserId user, core::ApplicationId id);
core::Result<std::vector<std::string>> images_left_by(Transaction& transaction, core::UserId id);

}  // namespace push::store
