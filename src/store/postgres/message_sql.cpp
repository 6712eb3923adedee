#include "store/postgres/message_sql.hpp"

#include <string_view>

#include "store/postgres/locks.hpp"

namespace push::store::postgres {
namespace {

void replace(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The snapshot of the statement is older than the lock that it waits for; the sequence is not part of it, and neither
// are the unique indexes that ON CONFLICT looks at.
constexpr std::string_view kBegin =
    "WITH l AS MATERIALIZED (SELECT pg_advisory_xact_lock(" PUSH_WRITE_LOCK
    ")),"
    " p AS MATERIALIZED (SELECT pg_sequence_last_value(@sequence) AS last FROM l),"
    " x AS MATERIALIZED (SELECT nextval(@sequence) AS id, u.* FROM p, (SELECT u.* FROM unnest(@arrays)"
    " WITH ORDINALITY u(@names, n) JOIN applications ON applications.id = u.a ORDER BY n) u),";
// A key whose time is over is taken by the new message. Its time was written by this server's clock, or by another's.
constexpr std::string_view kKeys =
    " w AS (INSERT INTO sharded_gotify_idempotency AS known (application_id, key, content, message_id, date, stored_at)"
    " SELECT a, k, c, id, (extract(epoch FROM d) * 1000000)::bigint * 1000, $11 FROM x WHERE k IS NOT NULL"
    " ON CONFLICT (application_id, key) DO UPDATE SET content = excluded.content, message_id = excluded.message_id,"
    " date = excluded.date, stored_at = excluded.stored_at"
    " WHERE abs(known.stored_at - excluded.stored_at) >= $12 RETURNING message_id),"
    " y AS MATERIALIZED (SELECT * FROM x WHERE k IS NULL OR id IN (SELECT message_id FROM w)),";
constexpr std::string_view kEnd =
    " i AS (INSERT INTO messages (id, application_id, message, title, priority, extras, date)"
    " SELECT id, a, m, t, p, e, d FROM @stored),"
    " g AS (DELETE FROM sharded_gotify_batches WHERE node = $8 AND batch = $7 - @kept AND EXISTS (SELECT 1 FROM x)),"
    " b AS (INSERT INTO sharded_gotify_batches (node, batch, last, stored) SELECT $8, $7, max(id), count(*) FROM x)"
    " SELECT p.last, x.n, x.id, @whether@notify FROM p LEFT JOIN x ON true ORDER BY x.n";

}  // namespace

std::string message_sql(const std::string& sequence, Keys keys, const std::string& notify) {
  const bool keyed = keys == Keys::some;
  std::string sql(kBegin);
  if (keyed) sql += kKeys;
  sql += kEnd;
  replace(sql, "@sequence", sequence + "::regclass");
  replace(sql, "@arrays",
          std::string("$1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::timestamptz[]") +
              (keyed ? ", $9::bytea[], $10::bytea[]" : ""));
  replace(sql, "@names", keyed ? "a, m, t, p, e, d, k, c" : "a, m, t, p, e, d");
  replace(sql, "@stored", keyed ? "y" : "x");
  replace(sql, "@notify", notify.empty() ? "" : ", " + notify);
  replace(sql, "@whether", keyed ? "x.id IN (SELECT id FROM y)" : "true");
  replace(sql, "@kept", std::to_string(kBatchesKept));
  return sql;
}

}  // namespace push::store::postgres
