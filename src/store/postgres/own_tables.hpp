// Our own tables in PostgreSQL.
#pragma once
#include <string_view>

namespace push::store::postgres {

// One text that may run any number of times.
inline constexpr std::string_view kOwnTables = R"(
-- schema: which tables these are; cluster: which database this is
CREATE TABLE IF NOT EXISTS sharded_gotify_meta (key text PRIMARY KEY, value text NOT NULL);
-- backend.hpp. A void row fences off a transaction whose answer was lost.
CREATE TABLE IF NOT EXISTS sharded_gotify_batches (node text, batch bigint, last bigint, stored bigint,
  void boolean NOT NULL DEFAULT false, PRIMARY KEY (node, batch));
CREATE INDEX IF NOT EXISTS sharded_gotify_batches_last ON sharded_gotify_batches (last);
CREATE TABLE IF NOT EXISTS sharded_gotify_nodes (node text PRIMARY KEY, seen timestamptz NOT NULL, detail jsonb);
-- event_log.hpp; times are nanoseconds since 1970
CREATE TABLE IF NOT EXISTS sharded_gotify_events (id bigserial PRIMARY KEY, prev bigint, head bigint,
  time bigint NOT NULL, kind text NOT NULL, user_id bigint, client_id bigint, application_id bigint, up_to bigint,
  message_ids text, number bigint);
CREATE INDEX IF NOT EXISTS sharded_gotify_events_user ON sharded_gotify_events (user_id, id) WHERE number IS NOT NULL;
CREATE INDEX IF NOT EXISTS sharded_gotify_events_change ON sharded_gotify_events (id) WHERE number IS NULL;
CREATE TABLE IF NOT EXISTS sharded_gotify_events_removed (user_id bigint PRIMARY KEY, up_to bigint NOT NULL);
-- what must run once, by the database's clock
CREATE TABLE IF NOT EXISTS sharded_gotify_leases (job text PRIMARY KEY, node text NOT NULL, until timestamptz NOT NULL);
-- the deleted applications whose messages are still to be removed
CREATE TABLE IF NOT EXISTS sharded_gotify_purges (application_id bigint PRIMARY KEY);
CREATE TABLE IF NOT EXISTS sharded_gotify_idempotency (application_id bigint, key bytea, content bytea NOT NULL,
  message_id bigint NOT NULL, date bigint, stored_at bigint NOT NULL, PRIMARY KEY (application_id, key));
CREATE INDEX IF NOT EXISTS sharded_gotify_idempotency_stored_at ON sharded_gotify_idempotency (stored_at);
-- how far the database had come at each start
CREATE TABLE IF NOT EXISTS sharded_gotify_epochs (id bigserial PRIMARY KEY, name text NOT NULL,
  message_id bigint NOT NULL, event_id bigint NOT NULL);
CREATE TABLE IF NOT EXISTS sharded_gotify_read_marks (user_id bigint PRIMARY KEY, up_to bigint NOT NULL);
CREATE TABLE IF NOT EXISTS sharded_gotify_read (message_id bigint PRIMARY KEY, user_id bigint NOT NULL);
CREATE INDEX IF NOT EXISTS sharded_gotify_read_user ON sharded_gotify_read (user_id, message_id);
-- how long applications keep their messages (NULL = as configured, 0 = for ever), and the greatest message id that this
-- has deleted, by user
CREATE TABLE IF NOT EXISTS sharded_gotify_retention (application_id bigint PRIMARY KEY, days bigint, count bigint);
CREATE TABLE IF NOT EXISTS sharded_gotify_retention_floor (user_id bigint PRIMARY KEY, message_id bigint NOT NULL);
-- webpush_rows.hpp: one key pair, the browsers that get pushes, and up to which message they have been sent
CREATE TABLE IF NOT EXISTS sharded_gotify_webpush_keys (id bigint PRIMARY KEY, private_key text NOT NULL,
  public_key text NOT NULL, subject text NOT NULL);
CREATE TABLE IF NOT EXISTS sharded_gotify_webpush (endpoint text PRIMARY KEY, client_id bigint NOT NULL,
  user_id bigint NOT NULL, p256dh text NOT NULL, auth text NOT NULL, min_priority bigint NOT NULL, apps text NOT NULL,
  muted_until bigint NOT NULL, after_id bigint NOT NULL, sent_id bigint NOT NULL DEFAULT -1,
  retry_at bigint NOT NULL DEFAULT 0, tries bigint NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS sharded_gotify_webpush_client ON sharded_gotify_webpush (client_id);
CREATE INDEX IF NOT EXISTS sharded_gotify_webpush_user ON sharded_gotify_webpush (user_id);
CREATE TABLE IF NOT EXISTS sharded_gotify_webpush_cursor (id bigint PRIMARY KEY, message_id bigint NOT NULL);
-- the pictures of applications, of which the folder is a copy
CREATE TABLE IF NOT EXISTS sharded_gotify_images (name text PRIMARY KEY, data bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now());
)";

}  // namespace push::store::postgres
