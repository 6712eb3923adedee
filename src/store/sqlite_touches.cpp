// The last use of tokens: written behind the back of whoever used them.
#include <algorithm>
#include <string>
#include <utility>

#include "push/core/log.hpp"
#include "push/store/sqlite_store.hpp"
#include "store/changes.hpp"
#include "store/rows.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::size_t kFew = 64;     // clients that are one change in the writer's queue
constexpr std::size_t kSlice = 256;  // clients in one slice

constexpr std::string_view kTouchApplication = "UPDATE applications SET last_used = ?2 WHERE id = ?1";
constexpr std::string_view kTouchClient = "UPDATE clients SET last_used = ?2, expires_at = ?3 WHERE id = ?1";

// A client that has expired meanwhile stays so.
Result<void> touch_client(Connection& connection, core::ClientId id, core::WallTime at) {
  const auto client = find_living(connection, id, core::wall_now());
  if (!client) return client.error();
  if (!*client) return {};
  return execute(connection, kTouchClient, id, at, expiry(at, (*client)->expires_after_inactivity_seconds));
}

// Those from `from` on, at most kSlice.
Result<void> touch_some(Connection& connection, const std::vector<core::ClientId>& ids, std::size_t from,
                        core::WallTime at) {
  for (std::size_t i = from; i < std::min(from + kSlice, ids.size()); ++i) {
    if (auto touched = touch_client(connection, ids[i], at); !touched) return touched;
  }
  return {};
}

void note_failure(const Result<void>& done) {
  if (!done) spdlog::warn("the last use of some clients is not written: {}", done.error().text);
}

}  // namespace

bool SqliteStore::touch_application(core::ApplicationId id, core::WallTime at) {
  Connection& connection = parts_->connection;
  return parts_->writer.post([&connection, id, at] { return execute(connection, kTouchApplication, id, at); });
}

// Many at once (everybody who listens) take their turn with the purges, or each POST would wait for them all.
bool SqliteStore::touch_clients(std::vector<core::ClientId> ids, core::WallTime at) {
  Connection& connection = parts_->connection;
  if (ids.empty()) return true;
  if (ids.size() <= kFew) {
    return parts_->writer.post([&connection, ids = std::move(ids), at] { return touch_some(connection, ids, 0, at); });
  }
  auto slice = [&connection, &writer = parts_->writer, ids = std::move(ids), at,
                from = std::size_t{0}]() mutable -> Result<Purger::Progress> {
    auto done = writer.change([&] { return touch_some(connection, ids, from, at); });
    if (!done) return done.error();
    from += kSlice;
    return Purger::Progress{0, from >= ids.size()};
  };
  return parts_->purger.submit(std::move(slice), note_failure).has_value();
}

}  // namespace push::store
