#include "store/sqlite/tables.hpp"

namespace push::store::sqlite {

const std::vector<Table>& tables() {
  static const std::vector<Table> kTables = {
      {"users",
       true,
       {{"name", "varchar(180)"},
        {"pass", "blob"},
        {"admin", "numeric"},
        {"created_at", "datetime", false},
        {"oidc_id", "text", false}}},
      {"applications",
       true,
       {{"token", "varchar(180)"},
        {"user_id", "integer"},
        {"name", "text"},
        {"description", "text"},
        {"internal", "numeric", false},
        {"image", "text", false},
        {"default_priority", "integer", false},
        {"created_at", "datetime", false},
        {"last_used", "datetime", false},
        {"sort_key", "blob", false}}},
      {"messages",
       true,
       {{"application_id", "integer"},
        {"message", "text"},
        {"title", "text"},
        {"priority", "integer"},
        {"extras", "blob", false},
        {"date", "datetime"}}},
      {"clients",
       true,
       {{"token", "varchar(180)"},
        {"user_id", "integer"},
        {"name", "text"},
        {"created_at", "datetime", false},
        {"last_used", "datetime", false},
        {"elevated_until", "datetime", false},
        {"expires_after_inactivity_seconds", "integer NOT NULL DEFAULT 0", false},
        {"expires_at", "datetime", false}}},
      {"plugin_confs",
       false,
       {{"user_id", "integer"},
        {"module_path", "text"},
        {"token", "varchar(180)"},
        {"application_id", "integer"},
        {"enabled", "numeric"},
        {"created_at", "datetime", false},
        {"config", "blob"},
        {"storage", "blob"}}},
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
      // Ours: without it, the writer would read every application when a picture is replaced.
      {"sharded_gotify_applications_image", "applications", "image, user_id"},
      // Ours: without it, reading a page of messages scans the whole table.
      {"sharded_gotify_messages_application", "messages", "application_id, id"},
  };
  return kIndexes;
}

std::string create_table_sql(const Table& table) {
  std::string sql = "CREATE TABLE " + std::string(table.name) + " (id integer PRIMARY KEY AUTOINCREMENT";
  for (const Column& column : table.columns) {
    sql += ", ";
    sql += column.name;
    sql += ' ';
    sql += column.type;
  }
  return sql + ")";
}

std::string create_index_sql(const Index& index) {
  std::string sql = index.unique ? "CREATE UNIQUE INDEX IF NOT EXISTS " : "CREATE INDEX IF NOT EXISTS ";
  sql += index.name;
  sql += " ON ";
  sql += index.table;
  sql += "(";
  sql += index.columns;
  return sql + ")";
}

}  // namespace push::store::sqlite
