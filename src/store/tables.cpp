#include "store/tables.hpp"

namespace push::store {

const std::vector<Table>& tables() {
  static const std::vector<Table> kTables = {
      {"users",
       true,
       {{"name", Kind::name},
        {"pass", Kind::bytes},
        {"admin", Kind::boolean},
        {"created_at", Kind::time, false},
        {"oidc_id", Kind::text, false}}},
      {"applications",
       true,
       {{"token", Kind::name},
        {"user_id"},
        {"name", Kind::text},
        {"description", Kind::text},
        {"internal", Kind::boolean, false},
        {"image", Kind::text, false},
        {"default_priority", Kind::integer, false},
        {"created_at", Kind::time, false},
        {"last_used", Kind::time, false},
        {"sort_key", Kind::order, false}}},
      {"messages",
       true,
       {{"application_id"},
        {"message", Kind::text},
        {"title", Kind::text},
        {"priority"},
        {"extras", Kind::bytes, false},
        {"date", Kind::time}}},
      {"clients",
       true,
       {{"token", Kind::name},
        {"user_id"},
        {"name", Kind::text},
        {"created_at", Kind::time, false},
        {"last_used", Kind::time, false},
        {"elevated_until", Kind::time, false},
        {"expires_after_inactivity_seconds", Kind::integer, false, true},
        {"expires_at", Kind::time, false}}},
      {"plugin_confs",
       false,
       {{"user_id"},
        {"module_path", Kind::text},
        {"token", Kind::name},
        {"application_id"},
        {"enabled", Kind::boolean},
        {"created_at", Kind::time, false},
        {"config", Kind::bytes},
        {"storage", Kind::bytes}}},
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

std::string column_sql(const Column& column, const Dialect& dialect) {
  return std::string(column.name) + " " + std::string(dialect.type(column.kind)) +
         (column.required ? " NOT NULL DEFAULT 0" : "");
}

std::string create_table_sql(const Table& table, const Dialect& dialect) {
  std::string sql = "CREATE TABLE " + std::string(table.name) + " (id " + std::string(dialect.id);
  for (const Column& column : table.columns) sql += ", " + column_sql(column, dialect);
  return sql + ")";
}

std::string create_index_sql(const Index& index, std::string_view how) {
  return std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") + std::string(how) + "IF NOT EXISTS " +
         std::string(index.name) + " ON " + std::string(index.table) + " (" + std::string(index.columns) + ")";
}

}  // namespace push::store
