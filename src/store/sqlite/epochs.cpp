// The table of epochs: one row for each start, with how far the database had come by then. A cursor that a client had
// at the end of an epoch lies at or below what the next row says, unless the database was restored from an older copy.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "push/core/log.hpp"
#include "push/core/random.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kNameLength = 12;

constexpr std::string_view kInsert =
    "INSERT INTO sharded_gotify_epochs (name, message_id, event_id) VALUES (?1,"
    " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0),"
    " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'sharded_gotify_events'), 0))";
constexpr std::string_view kKeepNewest =
    "DELETE FROM sharded_gotify_epochs WHERE id <= (SELECT max(id) FROM sharded_gotify_epochs) - ?1";
constexpr std::string_view kEndOf =
    "SELECT coalesce(next.message_id, ?2), coalesce(next.event_id, ?2) FROM sharded_gotify_epochs AS this"
    " LEFT JOIN sharded_gotify_epochs AS next"
    " ON next.id = (SELECT min(id) FROM sharded_gotify_epochs WHERE id > this.id) WHERE this.name = ?1";

}  // namespace

std::string Store::begin_epoch() {
  std::string name = core::random_letters(kLetters, kNameLength);
  const auto begun = change_now(parts_->writer, [&name](Transaction& transaction) -> Result<void> {
    if (auto inserted = execute(transaction.database(), kInsert, std::string_view(name)); !inserted) return inserted;
    return execute(transaction.database(), kKeepNewest, static_cast<std::int64_t>(kMaxEpochs));
  });
  if (!begun)
    spdlog::warn("cannot note the start, streams will read everything again error=\"{}\"", begun.error().text);
  return name;
}

Result<std::optional<Extent>> Store::find_epoch(std::string_view name) {
  const auto reader = parts_->readers.lease();
  constexpr std::int64_t kNoEnd = std::int64_t{1} << 62U;
  return one(
      *reader,
      [](const Query& row) {
        return Extent{core::MessageId{row.natural(0)}, core::EventId{row.natural(1)}};
      },
      kEndOf, name, kNoEnd);
}

}  // namespace push::store::sqlite
