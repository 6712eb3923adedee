// The last use of tokens, written in the background.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "push/core/log.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::size_t kFewClients = 64;       // maximum that is written as one change
constexpr std::size_t kClientsInSlice = 256;  // maximum per slice of a longer list

constexpr std::string_view kTouchApplication =
    "UPDATE applications SET last_used = greatest(last_used, $2) WHERE id = $1";
constexpr std::string_view kClients =
    "SELECT id, user_id, token, name, created_at, last_used, elevated_until, expires_after_inactivity_seconds,"
    " expires_at FROM clients WHERE id = ANY($1)";
// Neither time moves back, and a client whose expiry was changed since it was read is left for its next use.
constexpr std::string_view kTouchClient =
    "UPDATE clients SET last_used = greatest(last_used, $2), expires_at = CASE WHEN $3 IS NULL THEN NULL"
    " ELSE greatest(expires_at, $3) END WHERE id = $1 AND expires_after_inactivity_seconds = $4";

// Touches the clients from index `from` on, at most kClientsInSlice.
Result<void> touch_some(Transaction& transaction, const std::vector<core::ClientId>& ids, std::size_t from,
                        core::WallTime at) {
  std::vector<std::int64_t> wanted;
  for (std::size_t i = from; i < std::min(from + kClientsInSlice, ids.size()); ++i) {
    wanted.push_back(static_cast<std::int64_t>(ids[i]));
  }
  const auto clients = all(transaction.connection(), read_client<Row>, kClients, wanted);
  if (!clients) return clients.error();
  for (const model::Client& client : *clients) {
    const auto seconds = static_cast<std::int64_t>(client.expires_after_inactivity_seconds);
    const auto used = touched(client, at);
    transaction.write(kTouchClient, used.id, used.last_used, used.expires_at, seconds);
  }
  return {};
}

void note_untouched(const Result<void>& done) {
  if (!done) spdlog::warn("last use of some clients not saved error=\"{}\"", done.error().text);
}

}  // namespace

bool Store::touch_application(core::ApplicationId id, core::WallTime time) {
  const core::WallTime at = parts_->server_clock.of(time);
  return post(parts_->writer, [id, at](Transaction& transaction) -> Result<void> {
    transaction.write(kTouchApplication, id, at);
    return {};
  });
}

// A long list (all open streams) is written in slices on the purge thread; as one change it would hold up every POST.
bool Store::touch_clients(std::vector<core::ClientId> ids, core::WallTime time) {
  if (ids.empty()) return true;
  const core::WallTime at = parts_->server_clock.of(time);
  if (ids.size() <= kFewClients) {
    return post(parts_->writer,
                [ids = std::move(ids), at](Transaction& transaction) { return touch_some(transaction, ids, 0, at); });
  }
  auto slice = [&writer = parts_->writer, ids = std::move(ids), at,
                from = std::size_t{0}]() mutable -> Result<Purger::Progress> {
    const auto done = change_now(writer, How::blind, [&ids, from, at](Transaction& transaction) -> Plan<void> {
      return touch_some(transaction, ids, from, at);
    });
    if (!done) return done.error();
    from += kClientsInSlice;
    return Purger::Progress{0, from >= ids.size()};
  };
  return parts_->purger.submit(std::move(slice), note_untouched).has_value();
}

}  // namespace push::store::postgres
