// The last use of tokens, written in the background.
#include <algorithm>
#include <string>
#include <utility>

#include "push/core/log.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::size_t kFewClients = 64;       // maximum that is written as one change
constexpr std::size_t kClientsInSlice = 256;  // maximum per slice of a longer list

constexpr std::string_view kTouchApplication = "UPDATE applications SET last_used = ?2 WHERE id = ?1";
constexpr std::string_view kTouchClient = "UPDATE clients SET last_used = ?2, expires_at = ?3 WHERE id = ?1";

Result<void> touch_client(Transaction& transaction, core::ClientId id, core::WallTime at) {
  auto found = transaction.client(id);
  if (!found) return found.error();
  if (!*found) return {};
  const auto used = touched(**std::move(found), at);
  return execute(transaction.database(), kTouchClient, id, used.last_used, used.expires_at);
}

// Touches the clients from index `from` on, at most kClientsInSlice.
Result<void> touch_some(Transaction& transaction, const std::vector<core::ClientId>& ids, std::size_t from,
                        core::WallTime at) {
  for (std::size_t i = from; i < std::min(from + kClientsInSlice, ids.size()); ++i) {
    if (auto done = touch_client(transaction, ids[i], at); !done) return done;
  }
  return {};
}

void note_failure(const Result<void>& done) {
  if (!done) spdlog::warn("last use of some clients not saved error=\"{}\"", done.error().text);
}

}  // namespace

bool Store::touch_application(core::ApplicationId id, core::WallTime at) {
  return post(parts_->writer, [id, at](Transaction& transaction) -> Result<void> {
    auto found = transaction.application(id);
    if (!found) return found.error();
    if (!*found) return {};
    const auto used = touched(**std::move(found), at);
    return execute(transaction.database(), kTouchApplication, id, used.last_used);
  });
}

// A long list (all open streams) is written in slices on the purge thread; as one change it would hold up every POST.
bool Store::touch_clients(std::vector<core::ClientId> ids, core::WallTime at) {
  if (ids.empty()) return true;
  if (ids.size() <= kFewClients) {
    return post(parts_->writer,
                [ids = std::move(ids), at](Transaction& transaction) { return touch_some(transaction, ids, 0, at); });
  }
  auto slice = [&writer = parts_->writer, ids = std::move(ids), at,
                from = std::size_t{0}]() mutable -> Result<Purger::Progress> {
    auto done = change_now(writer, [&](Transaction& transaction) { return touch_some(transaction, ids, from, at); });
    if (!done) return done.error();
    from += kClientsInSlice;
    return Purger::Progress{0, from >= ids.size()};
  };
  return parts_->purger.submit(std::move(slice), note_failure).has_value();
}

}  // namespace push::store::sqlite
