// Which messages a user has read (tables sharded_gotify_read_marks and sharded_gotify_read): all up to a mark, and some
// above it. Ids that the mark has passed count no more, and are removed little by little.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "push/model/limits.hpp"
#include "store/literal.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kUserExists = "SELECT 1 FROM users WHERE id = $1";
constexpr std::string_view kRaiseTo =
    ", mark AS (INSERT INTO sharded_gotify_read_marks (user_id, up_to) SELECT $1, up_to FROM wanted"
    " WHERE up_to > coalesce((SELECT up_to FROM sharded_gotify_read_marks WHERE user_id = $1), 0)"
    " AND EXISTS (SELECT 1 FROM users WHERE id = $1)"
    " ON CONFLICT (user_id) DO UPDATE SET up_to = excluded.up_to RETURNING up_to) " PUSH_LOG
    "'read', 0, mark.up_to, '' FROM mark" PUSH_LOGGED;
// Messages that come later stay unread.
constexpr std::string_view kUpToNewest =
    "WITH wanted AS (SELECT least($3, (SELECT coalesce(max(id), 0) FROM messages)) AS up_to)";
// The user has more than kMaxReadIds above the mark: the oldest of them becomes the mark.
constexpr std::string_view kUpToLimit =
    "WITH wanted AS (SELECT message_id AS up_to FROM sharded_gotify_read WHERE user_id = $1 AND message_id >"
    " coalesce((SELECT up_to FROM sharded_gotify_read_marks WHERE user_id = $1), 0)"
    " ORDER BY message_id DESC OFFSET $3 LIMIT 1)";
constexpr std::string_view kReadSome =
    "WITH added AS (INSERT INTO sharded_gotify_read (message_id, user_id)"
    " SELECT messages.id, $1 FROM messages JOIN applications ON applications.id = messages.application_id"
    " WHERE messages.id = ANY($3) AND applications.user_id = $1 AND messages.id >"
    " coalesce((SELECT up_to FROM sharded_gotify_read_marks WHERE user_id = $1), 0)"
    " ON CONFLICT DO NOTHING RETURNING message_id),"
    " list AS (SELECT string_agg(message_id::text, ',' ORDER BY message_id) AS ids FROM added) " PUSH_LOG
    "'read', 0, 0, list.ids FROM list WHERE list.ids IS NOT NULL" PUSH_LOGGED;
// As many as a change can add, and a few more, so that they become fewer.
constexpr std::string_view kForgetPassed =
    "DELETE FROM sharded_gotify_read WHERE message_id IN (SELECT message_id FROM sharded_gotify_read WHERE user_id = $1"
    " AND message_id <= (SELECT up_to FROM sharded_gotify_read_marks WHERE user_id = $1) LIMIT $2)";
constexpr std::int64_t kForgottenAtOnce = 2 * model::kMaxMarkedIds;
constexpr auto kMostIds = static_cast<std::int64_t>(model::kMaxReadIds);

// One statement, so the mark and the ids are of one moment.
constexpr std::string_view kMarks =
    "SELECT mark.up_to, ids.message_id FROM (SELECT coalesce((SELECT up_to FROM sharded_gotify_read_marks"
    " WHERE user_id = $1), 0) AS up_to) AS mark LEFT JOIN LATERAL (SELECT message_id FROM sharded_gotify_read"
    " WHERE user_id = $1 AND message_id > mark.up_to ORDER BY message_id LIMIT $2) AS ids ON true ORDER BY "
    "ids.message_id";

}  // namespace

void Store::mark_read_up_to(core::UserId user, core::MessageId up_to, Done<void> done) {
  change(parts_->writer, user, How::blind, std::move(done), [&clock = parts_->clock, user, up_to](Transaction& write) {
    const Answer exists = write.write(kUserExists, user);
    write_and_log(write, kJoined<kUpToNewest, kRaiseTo>, user, clock(), clamped(core::value(up_to)));
    write.write(kForgetPassed, user, kForgottenAtOnce);
    return Plan<void>::later([exists]() -> Result<void> {
      if (*exists && (*exists)->empty()) return gone("user");
      return {};
    });
  });
}

void Store::mark_read(core::UserId user, std::vector<core::MessageId> ids, Done<void> done) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<std::int64_t> wanted;
  wanted.reserve(ids.size());
  for (const core::MessageId id : ids) wanted.push_back(clamped(core::value(id)));
  change(parts_->writer, user, How::blind, std::move(done),
         [&clock = parts_->clock, user, wanted = std::move(wanted)](Transaction& write) {
           const core::WallTime now = clock();
           write_and_log(write, kReadSome, user, now, wanted);
           write.write(kForgetPassed, user, kForgottenAtOnce);
           write_and_log(write, kJoined<kUpToLimit, kRaiseTo>, user, now, kMostIds);
           return Plan<void>(Result<void>());
         });
}

Result<model::ReadMarks> Store::find_read_marks(core::UserId user) {
  return parts_->readers.read([&](Connection& reader) -> Result<model::ReadMarks> {
    const auto rows = reader.query(kMarks, user, kMostIds);
    if (!rows) return rows.error();
    model::ReadMarks marks;
    for (int i = 0; i < rows->size(); ++i) {
      marks.up_to = core::MessageId{(*rows)[i].natural(0)};
      if (!(*rows)[i].null(1)) marks.ids.push_back(core::MessageId{(*rows)[i].natural(1)});
    }
    return marks;
  });
}

}  // namespace push::store::postgres
