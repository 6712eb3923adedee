#include "store/postgres/tables.hpp"

namespace push::store::postgres {

const std::vector<Table>& tables() {
  static const std::vector<Table> kTables = {
      {"users",
       true,
       {{"name", "varchar(180)"},
        {"pass", "bytea"},
        {"admin", "boolean"},
        {"created_at", "timestamptz", false},
        {"oidc_id", "text", false}}},
      {"applications",
       true,
       {{"token", "varchar(180)"},
        {"user_id", "bigint"},
        {"name", "text"},
        {"description", "text"},
        {"internal", "boolean", false},
        {"image", "text", false},
        {"default_priority", "bigint", false},
        {"created_at", "timestamptz", false},
        {"last_used", "timestamptz", false},
        {"sort_key", "bytea", false}}},
      {"messages",
       true,
       {{"application_id", "bigint"},
        {"message", "text"},
        {"title", "text"},
        {"priority", "bigint"},
        {"extras", "bytea", false},
        {"date", "timestamptz"}}},
      {"clients",
       true,
       {{"token", "varchar(180)"},
        {"user_id", "bigint"},
        {"name", "text"},
        {"created_at", "timestamptz", false},
        {"last_used", "timestamptz", false},
        {"elevated_until", "timestamptz", false},
        {"expires_after_inactivity_seconds", "bigint NOT NULL DEFAULT 0", false},
        {"expires_at", "timestamptz", false}}},
      {"plugin_confs",
       false,
       {{"user_id", "bigint"},
        {"module_path", "text"},
        {"token", "varchar(180)"},
        {"application_id", "bigint"},
        {"enabled", "boolean"},
        {"created_at", "timestamptz", false},
        {"config", "bytea"},
        {"storage", "bytea"}}},
  };
  return kTables;
}

const std::vector<Index>& indexes() {
  static const std::vector<Index> kIndexes = {
      {"uix_users_name", "users", "name", true},
      {"uix_users_oidc_id", "users", "oidc_id", true},
      {"uix_applications_token", "applications", "token", true},
      {"uix_application_user_id_sort_key", "applications", "user_id, sort_key", true},
      {"uix_clients_token", "clients", "token", true},
      {"uix_plugin_confs_token", "plugin_confs", "token", true},
      {"idx_applications_user_id", "applications", "user_id"},
      {"idx_clients_user_id", "clients", "user_id"},
      {"idx_clients_expires_at", "clients", "expires_at"},
      {"idx_messages_id", "messages", "id"},
  };
  return kIndexes;
}

const std::vector<Index>& own_indexes() {
  static const std::vector<Index> kIndexes = {
      // Without it, reading a page of messages scans the whole table.
      {"sharded_gotify_messages_application", "messages", "application_id, id"},
      // Without it, the writer would read every application when a picture is replaced.
      {"sharded_gotify_applications_image", "applications", "image, user_id"},
  };
  return kIndexes;
}

std::string_view own_tables() {
  return R"(
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
-- the pictures of applications, of which the folder is a copy
CREATE TABLE IF NOT EXISTS sharded_gotify_images (name text PRIMARY KEY, data bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now());
)";
}

std::string create_table_sql(const Table& table) {
  std::string sql = "CREATE TABLE " + std::string(table.name) + " (id bigserial PRIMARY KEY";
  for (const Column& column : table.columns) {
    sql += ", ";
    sql += column.name;
    sql += ' ';
    sql += column.type;
  }
  return sql + ");\n";
}

}  // namespace push::store::postgres
