// Reading messages, one by one and in pages.
#include <limits>
#include <string_view>

#include "store/literal.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

// A message whose application is gone is invisible even before the purge thread removes it.
constexpr std::string_view kVisibleById =
    " WHERE id = $1 AND EXISTS (SELECT 1 FROM applications AS a WHERE a.id = messages.application_id)";

// A portion of a page: at most $3 messages beyond the cursor $2, and no more once their texts exceed $4 bytes: rows are
// handed out one by one, but the rest of an answer that nobody wants has to be read. The ids come from the
// applications' own ends of the index, so a portion costs as much however many messages there are.
constexpr std::string_view kPageColumns =
    "SELECT id, application_id, message, title, priority, extras, date FROM (SELECT m.*,"
    " sum(octet_length(m.message) + coalesce(octet_length(m.extras), 0)) OVER (ORDER BY m.id";
constexpr std::string_view kDown = " DESC";
constexpr std::string_view kFrom = " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM (";
// Only the applications whose own first message is among as many first ones as are wanted can have a part. Of each of
// these a few ids, then more of those whose few are all among the first: a user of a thousand applications costs a
// thousand short looks at the index, not a thousand pages.
constexpr std::string_view kOwn =
    "WITH own AS MATERIALIZED (SELECT a.id FROM applications AS a CROSS JOIN LATERAL"
    " (SELECT id FROM messages WHERE application_id = a.id AND id ";
constexpr std::string_view kOne = " LIMIT 1) AS first WHERE a.user_id = $1 ORDER BY first.id";
constexpr std::string_view kHead =
    " LIMIT $3),"
    " few AS MATERIALIZED (SELECT least(greatest(8, 4 * $3 / greatest(count(*), 1)), $3) AS few FROM own),"
    " head AS MATERIALIZED (SELECT m.id, own.id AS application, m.n FROM own CROSS JOIN LATERAL"
    " (SELECT id, row_number() OVER (ORDER BY id";
constexpr std::string_view kNumbered = ") AS n FROM (SELECT id FROM messages WHERE application_id = own.id AND id ";
constexpr std::string_view kBelowCursor = "< $2";
constexpr std::string_view kAboveCursor = "> $2";
constexpr std::string_view kOrder = " ORDER BY id";
constexpr std::string_view kFirstFew = " LIMIT (SELECT few FROM few)) AS q) AS m ORDER BY m.id";
constexpr std::string_view kDeeper =
    " LIMIT $3) SELECT id FROM (SELECT id FROM head UNION ALL SELECT deeper.id FROM head CROSS JOIN LATERAL"
    " (SELECT id FROM messages WHERE application_id = head.application AND id ";
constexpr std::string_view kBelowHead = "< head.id";
constexpr std::string_view kAboveHead = "> head.id";
constexpr std::string_view kLimit = " LIMIT $3";
constexpr std::string_view kOfThose = ") AS deeper WHERE head.n = (SELECT few FROM few)) AS every ORDER BY id";
constexpr std::string_view kIdsOfApplication =
    "SELECT id FROM messages WHERE application_id = $1 AND id < $2"
    " AND EXISTS (SELECT 1 FROM applications WHERE applications.id = $1) ORDER BY id DESC LIMIT $3";
constexpr std::string_view kEndDown =
    ") AS ids JOIN messages AS m ON m.id = ids.id) AS page WHERE coalesce(before, 0) < $4 ORDER BY id DESC";
constexpr std::string_view kEndUp =
    ") AS ids JOIN messages AS m ON m.id = ids.id) AS page WHERE coalesce(before, 0) < $4 ORDER BY id";

constexpr std::string_view kPageOfUser =
    kJoined<kPageColumns, kDown, kFrom, kOwn, kBelowCursor, kOrder, kDown, kOne, kDown, kHead, kDown, kNumbered,
            kBelowCursor, kOrder, kDown, kFirstFew, kDown, kDeeper, kBelowHead, kOrder, kDown, kLimit, kOfThose, kDown,
            kLimit, kEndDown>;
constexpr std::string_view kPageOfApplication = kJoined<kPageColumns, kDown, kFrom, kIdsOfApplication, kEndDown>;
constexpr std::string_view kMessagesAfter =
    kJoined<kPageColumns, kFrom, kOwn, kAboveCursor, kOrder, kOne, kHead, kNumbered, kAboveCursor, kOrder, kFirstFew,
            kDeeper, kAboveHead, kOrder, kLimit, kOfThose, kLimit, kEndUp>;

constexpr std::string_view kCountAfter =
    "SELECT count(*) FROM (SELECT 1 FROM applications AS a JOIN LATERAL (SELECT 1 FROM messages WHERE"
    " application_id = a.id AND id > $2 LIMIT $3) AS own ON true WHERE a.user_id = $1 LIMIT $3) AS counted";
// Never the sequence: it knows ids that are not committed yet.
constexpr std::string_view kNewestEver = "SELECT coalesce(max(last), 0) FROM sharded_gotify_batches";

constexpr std::int64_t kMaxMessage = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kPortionBytes = 2 * 1024 * 1024;
constexpr std::uint64_t kPortion = 256;  // messages

// Portions from the cursor on until `limit` messages are taken, `take` wants no more or there are none.
template <class Owner>
Result<void> pass_on(Connection& reader, std::string_view sql, Owner owner, std::int64_t cursor, std::uint64_t limit,
                     Finder::Take<model::Message>& take) {
  for (bool wanted = true; wanted && limit > 0;) {
    std::uint64_t passed = 0;
    const std::uint64_t portion = std::min(limit, kPortion);
    const auto each = [&](const Row& row) {
      const model::Message message = read_message(row);
      cursor = static_cast<std::int64_t>(message.id);
      ++passed;
      wanted = take(message);
      return wanted;
    };
    if (auto done = reader.each(each, sql, owner, cursor, clamped(portion), kPortionBytes); !done) return done;
    if (passed == 0) return {};
    limit -= passed;
  }
  return {};
}

// Below which the ids of the page are.
std::int64_t upper_end(const PageRequest& page) {
  return page.since == 0 ? kMaxMessage : clamped(page.since);
}

}  // namespace

Result<std::optional<model::Message>> Store::find_message(core::MessageId id) {
  return parts_->readers.read(
      [id](Connection& reader) { return one(reader, read_message<Row>, kJoined<kSelectMessages, kVisibleById>, id); });
}

Result<void> Store::list_messages(core::UserId user, PageRequest page, Take<model::Message> take) {
  return parts_->readers.read(
      [&](Connection& reader) { return pass_on(reader, kPageOfUser, user, upper_end(page), page.limit, take); });
}

Result<void> Store::list_messages(core::ApplicationId application, PageRequest page, Take<model::Message> take) {
  return parts_->readers.read([&](Connection& reader) {
    return pass_on(reader, kPageOfApplication, application, upper_end(page), page.limit, take);
  });
}

Result<void> Store::list_messages_after(core::UserId owner, core::MessageId after, Take<model::Message> take) {
  constexpr auto kNoLimit = std::numeric_limits<std::uint64_t>::max();
  return parts_->readers.read([&](Connection& reader) {
    return pass_on(reader, kMessagesAfter, owner, clamped(core::value(after)), kNoLimit, take);
  });
}

Result<std::uint64_t> Store::count_messages_after(core::UserId owner, core::MessageId after, std::uint64_t most) {
  return parts_->readers.read([&](Connection& reader) -> Result<std::uint64_t> {
    const auto counted = one(reader, read_integer<Row>, kCountAfter, owner, clamped(core::value(after)), clamped(most));
    if (!counted) return counted.error();
    return static_cast<std::uint64_t>(counted->value_or(0));
  });
}

Result<core::MessageId> Store::newest_message() {
  return parts_->readers.read([](Connection& reader) -> Result<core::MessageId> {
    const auto newest = one(reader, read_integer<Row>, kNewestEver);
    if (!newest) return newest.error();
    return core::MessageId{static_cast<std::uint64_t>(newest->value_or(0))};
  });
}

}  // namespace push::store::postgres
