#include "store/rules.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "store/sort_key.hpp"

namespace push::store {

using core::Conflict;
using core::failure;
using core::Result;

namespace {

// When a client that was last used at `start` expires. Empty = never: `seconds` is 0, or the time would lie beyond what
// a WallTime can hold (the year 2262).
std::optional<core::WallTime> expiry(core::WallTime start, std::uint64_t seconds) {
  using Seconds = std::chrono::seconds;
  const auto last = std::chrono::floor<Seconds>(core::WallTime::max().time_since_epoch()).count();
  const auto from = std::max(std::chrono::ceil<Seconds>(start.time_since_epoch()).count(), Seconds::rep{0});
  if (seconds == 0 || seconds > static_cast<std::uint64_t>(last - from)) return std::nullopt;
  return start + Seconds(seconds);
}

// The column is a signed integer.
Result<void> check_seconds(std::uint64_t seconds) {
  if (seconds <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
  return failure(core::ErrorCode::invalid, "expiresAfterInactivitySeconds is out of range");
}

// `refused` if the answer is yes.
Result<void> unless(const Result<bool>& asked, core::Error refused) {
  if (!asked) return asked.error();
  if (*asked) return refused;
  return {};
}

Result<void> check_name(Transaction& transaction, const std::string& name, core::UserId own) {
  return unless(transaction.has_user_name(name, own), failure(Conflict::name, "username already exists"));
}

Result<void> check_token(Transaction& transaction, const std::string& token, core::ApplicationId own) {
  return unless(transaction.has_application_token(token, own),
                failure(Conflict::token, "application token is not unique"));
}

Result<void> check_sort_key(Transaction& transaction, const model::Application& application) {
  return unless(transaction.has_sort_key(application.user, application.sort_key, application.id),
                failure(Conflict::sort_key, "sort key is not unique"));
}

// Whether the user may have one more.
Result<void> check_count(const Result<std::size_t>& counted, std::size_t most, const std::string& what) {
  if (!counted) return counted.error();
  if (*counted < most) return {};
  return failure(core::ErrorCode::forbidden,
                 "this user has " + std::to_string(*counted) + " " + what + ", and the limit is server.max" + what);
}

Result<void> keep_an_admin(Transaction& transaction, const model::User& user) {
  if (!user.admin) return {};
  const auto other = transaction.has_admin(user.id);
  if (!other) return other.error();
  if (!*other) return failure(Conflict::last_admin, "cannot delete last admin");
  return {};
}

Result<model::User> existing(Transaction& transaction, core::UserId id) {
  auto found = transaction.user(id);
  if (!found) return found.error();
  if (!*found) return gone("user");
  return *std::move(*found);
}

// `image`, or "" if an application other than `own` refers to it.
Result<std::string> unless_used(Transaction& transaction, std::string image, core::ApplicationId own) {
  if (image.empty()) return image;
  const auto used = transaction.has_image(image, own);
  if (!used) return used.error();
  return *used ? std::string() : std::move(image);
}

}  // namespace

core::Error gone(std::string_view what) {
  return failure(core::ErrorCode::not_found, std::string(what) + " does not exist");
}

bool has_expired(const model::Client& client, core::WallTime now) {
  return client.expires_at && *client.expires_at <= now;
}

Result<std::optional<model::Client>> unless_expired(Result<std::optional<model::Client>> found, core::WallTime now) {
  if (found && *found && has_expired(**found, now)) found->reset();
  return found;
}

model::Client touched(model::Client client, core::WallTime at) {
  client.last_used = std::max(client.last_used, std::optional(at));
  const auto expires_at = expiry(*client.last_used, client.expires_after_inactivity_seconds);
  client.expires_at = expires_at ? std::max(client.expires_at, expires_at) : std::nullopt;
  return client;
}

model::Application touched(model::Application application, core::WallTime at) {
  application.last_used = std::max(application.last_used, std::optional(at));
  return application;
}

Retention in_force(const Retention& own, const config::Retention& configured) {
  return {own.days.value_or(configured.days), own.count.value_or(configured.count)};
}

std::optional<core::WallTime> too_old(const Retention& in_force, core::WallTime now) {
  if (in_force.days.value_or(0) == 0) return std::nullopt;
  return now - std::chrono::days(static_cast<std::int64_t>(*in_force.days));
}

core::WallTime end_of_days(const Retention& in_force, core::WallTime date) {
  const std::chrono::days kept(static_cast<std::int64_t>(in_force.days.value_or(0)));
  return date < core::WallTime::max() - kept ? date + kept : core::WallTime::max();
}

Result<void> check(const Retention& rule) {
  const auto check_range = [](const std::optional<std::uint64_t>& value, std::uint64_t most, const char* name) {
    if (value.value_or(0) <= most) return Result<void>();
    return Result<void>(failure(core::ErrorCode::invalid, std::string(name) + " is out of range"));
  };
  auto checked = check_range(rule.days, kMaxRetentionDays, "days");
  return checked ? check_range(rule.count, kMaxRetentionCount, "count") : checked;
}

Result<model::User> new_user(Transaction& transaction, NewUser wanted, core::WallTime now) {
  if (auto free = check_name(transaction, wanted.name, {}); !free) return free.error();
  return model::User{{}, std::move(wanted.name), std::move(wanted.pass_hash), wanted.admin, now};
}

Result<model::Application> new_application(Transaction& transaction, NewApplication wanted, core::WallTime now) {
  if (auto owner = existing(transaction, wanted.user); !owner) return owner.error();
  if (wanted.most > 0) {
    const auto room = check_count(transaction.count_applications(wanted.user), wanted.most, "applications");
    if (!room) return room.error();
  }
  if (auto free = check_token(transaction, wanted.token, {}); !free) return free.error();
  model::Application created;
  created.user = wanted.user;
  created.token = std::move(wanted.token);
  created.name = std::move(wanted.name);
  created.description = std::move(wanted.description);
  created.default_priority = wanted.default_priority;
  created.created_at = now;
  created.sort_key = std::move(wanted.sort_key);
  if (created.sort_key.empty()) {
    const auto greatest = transaction.greatest_sort_key(created.user);
    if (!greatest) return greatest.error();
    auto next = next_sort_key(*greatest);
    if (!next) return failure(core::ErrorCode::invalid, "no sort key is above the greatest one: sortKey is required");
    created.sort_key = *std::move(next);
  }
  if (auto free = check_sort_key(transaction, created); !free) return free.error();
  return created;
}

Result<model::Client> new_client(Transaction& transaction, NewClient wanted, core::WallTime now) {
  if (auto checked = check_seconds(wanted.expires_after_inactivity_seconds); !checked) return checked.error();
  if (auto owner = existing(transaction, wanted.user); !owner) return owner.error();
  if (wanted.most > 0) {
    const auto room = check_count(transaction.count_clients(wanted.user), wanted.most, "clients");
    if (!room) return room.error();
  }
  const auto free =
      unless(transaction.has_client_token(wanted.token), failure(Conflict::token, "client token is not unique"));
  if (!free) return free.error();
  model::Client created;
  created.user = wanted.user;
  created.token = std::move(wanted.token);
  created.name = std::move(wanted.name);
  created.created_at = now;
  created.elevated_until = wanted.elevated_until;
  created.expires_after_inactivity_seconds = wanted.expires_after_inactivity_seconds;
  created.expires_at = expiry(now, created.expires_after_inactivity_seconds);
  return created;
}

Result<model::Application> owned(Transaction& transaction, core::UserId user, core::ApplicationId id) {
  auto found = transaction.application(id);
  if (!found) return found.error();
  if (!*found || (*found)->user != user) return gone("application");
  return *std::move(*found);
}

Result<model::Client> owned(Transaction& transaction, core::UserId user, core::ClientId id, core::WallTime now) {
  auto found = unless_expired(transaction.client(id), now);
  if (!found) return found.error();
  if (!*found || (*found)->user != user) return gone("client");
  return *std::move(*found);
}

Result<model::User> changed(Transaction& transaction, core::UserId id, UserChange change) {
  auto user = existing(transaction, id);
  if (!user) return user;
  if (!change.admin) {
    if (auto kept = keep_an_admin(transaction, *user); !kept) return kept.error();
  }
  if (auto free = check_name(transaction, change.name, id); !free) return free.error();
  user->name = std::move(change.name);
  user->admin = change.admin;
  if (!change.pass_hash.empty()) user->pass_hash = std::move(change.pass_hash);
  return user;
}

Result<model::Application> changed(Transaction& transaction, core::UserId user, core::ApplicationId id,
                                   ApplicationChange change) {
  auto application = owned(transaction, user, id);
  if (!application) return application;
  application->name = std::move(change.name);
  application->description = std::move(change.description);
  application->default_priority = change.default_priority;
  if (change.sort_key.empty()) return application;
  application->sort_key = std::move(change.sort_key);
  if (auto free = check_sort_key(transaction, *application); !free) return free.error();
  return application;
}

Result<model::Application> with_token(Transaction& transaction, core::UserId user, core::ApplicationId id,
                                      std::string token) {
  auto application = owned(transaction, user, id);
  if (!application) return application;
  if (auto free = check_token(transaction, token, id); !free) return free.error();
  application->token = std::move(token);
  return application;
}

Result<ImageChange> with_image(Transaction& transaction, core::UserId user, core::ApplicationId id, std::string image) {
  auto application = owned(transaction, user, id);
  if (!application) return application.error();
  std::string former = std::exchange(application->image, std::move(image));
  if (former == application->image) former.clear();
  auto unused = unless_used(transaction, std::move(former), id);
  if (!unused) return unused.error();
  return ImageChange{*std::move(application), *std::move(unused)};
}

Result<model::Client> changed(Transaction& transaction, core::UserId user, core::ClientId id, ClientChange change,
                              core::WallTime now) {
  const auto seconds = change.expires_after_inactivity_seconds;
  if (auto checked = check_seconds(seconds.value_or(0)); !checked) return checked.error();
  auto client = owned(transaction, user, id, now);
  if (!client) return client;
  client->name = std::move(change.name);
  if (!seconds) return client;
  client->expires_after_inactivity_seconds = *seconds;
  client->expires_at = expiry(client->last_used.value_or(client->created_at), *seconds);
  return client;
}

Result<std::string> images_left_by(Transaction& transaction, core::UserId user, core::ApplicationId id) {
  auto application = owned(transaction, user, id);
  if (!application) return application.error();
  if (application->internal) return failure(Conflict::internal, "cannot delete internal application");
  return unless_used(transaction, std::move(application->image), id);
}

Result<std::vector<std::string>> images_left_by(Transaction& transaction, core::UserId id) {
  const auto user = existing(transaction, id);
  if (!user) return user.error();
  if (auto kept = keep_an_admin(transaction, *user); !kept) return kept.error();
  return transaction.images_of_no_other(id);
}

}  // namespace push::store
