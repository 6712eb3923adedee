// The table of epochs: one row for each start, with how far the database had come by then. A cursor that a client had
// at the end of an epoch lies at or below what the next row says, unless the database was restored from an older copy.
#include <cstdint>
#include <string>
#include <string_view>

#include "push/core/log.hpp"
#include "push/core/random.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kEpochLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kNameLength = 12;

constexpr std::string_view kInsert =
    "INSERT INTO sharded_gotify_epochs (name, message_id, event_id) VALUES ($1,"
    " coalesce((SELECT max(last) FROM sharded_gotify_batches), 0),"
    " coalesce(pg_sequence_last_value('sharded_gotify_events_id_seq'), 0))";
constexpr std::string_view kKeepNewest =
    "DELETE FROM sharded_gotify_epochs WHERE id <= (SELECT max(id) FROM sharded_gotify_epochs) - $1";
constexpr std::string_view kEndOf =
    "SELECT coalesce(next.message_id, $2), coalesce(next.event_id, $2) FROM sharded_gotify_epochs AS this"
    " LEFT JOIN sharded_gotify_epochs AS next"
    " ON next.id = (SELECT min(id) FROM sharded_gotify_epochs WHERE id > this.id) WHERE this.name = $1";

}  // namespace

std::string Store::begin_epoch() {
  std::string name = core::random_letters(kEpochLetters, kNameLength);
  const auto begun = change_now(parts_->writer, How::blind, [&name](Transaction& transaction) -> Plan<void> {
    transaction.write(kInsert, std::string_view(name));
    transaction.write(kKeepNewest, static_cast<std::int64_t>(kMaxEpochs));
    return Result<void>();
  });
  if (!begun)
    spdlog::warn("cannot note the start, streams will read everything again error=\"{}\"", begun.error().text);
  return name;
}

Result<std::optional<Extent>> Store::find_epoch(std::string_view name) {
  constexpr std::int64_t kNoEnd = std::int64_t{1} << 62U;
  if (!is_text(name)) return std::optional<Extent>();
  return parts_->readers.read([&](Connection& reader) {
    return one(
        reader,
        [](const Row& row) {
          return Extent{core::MessageId{row.natural(0)}, core::EventId{row.natural(1)}};
        },
        kEndOf, name, kNoEnd);
  });
}

}  // namespace push::store::postgres
