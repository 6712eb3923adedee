#include "support/legacy_database.hpp"

#include "support/database.hpp"

namespace push::support {
namespace {

constexpr const char* kAliceHash = "$2a$10$N9qo8uLOickgx2ZMRZoMyedvC0WXe6Ggr79zdeLTv/HS.TTsi/47C";
constexpr const char* kBobHash = "$2y$05$abcdefghijklmnopqrstuuYzrdTavc32len3GuP7b9H5ZlZdLUlZS";

std::string id_column(const LegacyRelease& release) {
  return release.final_ids ? "\"id\" integer primary key autoincrement" : "\"id\" integer primary key";
}

void create_tables(Database& database, const LegacyRelease& release) {
  const std::string id = id_column(release);
  const std::string priority = release.default_priority ? ",\"default_priority\" integer" : "";
  const std::string used = release.last_used ? ",\"last_used\" datetime" : "";
  const std::string key = release.sort_key ? ",\"sort_key\" blob" : "";
  database.run("CREATE TABLE \"users\" (" + id + ",\"name\" varchar(180),\"pass\" blob,\"admin\" bool)");
  database.run("CREATE TABLE \"applications\" (" + id +
               ",\"token\" varchar(180),\"user_id\" integer,\"name\" text,\"description\" text,\"internal\" bool,"
               "\"image\" text" +
               priority + used + key + ")");
  database.run("CREATE TABLE \"messages\" (" + id +
               ",\"application_id\" integer,\"message\" text,\"title\" text,\"priority\" integer,\"extras\" blob,"
               "\"date\" datetime)");
  database.run("CREATE TABLE \"clients\" (" + id + ",\"token\" varchar(180),\"user_id\" integer,\"name\" text" + used +
               ")");
  database.run("CREATE TABLE \"plugin_confs\" (" + id +
               ",\"user_id\" integer,\"module_path\" text,\"token\" varchar(180),\"application_id\" integer,"
               "\"enabled\" bool,\"config\" blob,\"storage\" blob)");
  database.run("CREATE UNIQUE INDEX uix_users_name ON \"users\"(\"name\")");
  database.run("CREATE UNIQUE INDEX uix_applications_token ON \"applications\"(\"token\")");
  database.run("CREATE UNIQUE INDEX uix_clients_token ON \"clients\"(\"token\")");
  database.run("CREATE INDEX idx_messages_id ON \"messages\"(\"id\")");
}

void insert_people(Database& database) {
  const auto user = [&](const std::string& id, const std::string& name, const char* hash, const std::string& admin) {
    database.run("INSERT INTO users VALUES (" + id + ",'" + name + "',CAST('" + hash + "' AS BLOB)," + admin + ")");
  };
  user("1", "alice", kAliceHash, "1");
  user("2", "bob", kBobHash, "0");
}

void insert_tokens(Database& database, const LegacyRelease& release, const LegacyContents& contents) {
  const auto application = [&](const Created& created, int user, const std::string& rest, const std::string& key) {
    database.run("INSERT INTO applications VALUES (" + std::to_string(created.id) + ",'" + created.token + "'," +
                 std::to_string(user) + "," + rest + (release.default_priority ? ",4" : "") +
                 (release.last_used ? ",'2023-05-06 07:08:09.123456789+02:00'" : "") +
                 (release.sort_key ? ",'" + key + "'" : "") + ")");
  };
  application(contents.backup, 1, "'Backup','nightly <b>',0,'aBcDeFgHiJkLmNoPqRsTuVwXy.png'", "a1");
  application(contents.doorbell, 1, "'T\xc3\xbcr','',0,''", "a0");
  application(contents.bobs, 2, "'Bob''s','',0,''", "a0");
  const auto client = [&](const Created& created, int user, const std::string& name) {
    database.run("INSERT INTO clients VALUES (" + std::to_string(created.id) + ",'" + created.token + "'," +
                 std::to_string(user) + ",'" + name + "'" + (release.last_used ? ",NULL" : "") + ")");
  };
  client(contents.phone, 1, "phone");
  client({2, "Ctablet.tablet1"}, 1, "tablet");
  client(contents.bobs_phone, 2, "bob''s phone");
  database.run(
      "INSERT INTO plugin_confs VALUES (1,1,'github.com/example/plugin','Pplugin.plugin1',4,1,"
      "CAST('key: value' AS BLOB),NULL)");
}

void insert_messages(Database& database, const LegacyRelease& release) {
  database.run(
      "INSERT INTO messages VALUES "
      "(1,1,'first','Backup',0,NULL,'2019-01-01 00:00:00.5+01:00'),"
      "(3,1,'with extras','done',5,CAST('{\"client::display\":{\"contentType\":\"text/markdown\"},\"n\":1.5}' AS BLOB),"
      "'2023-03-04 05:06:07.123456789+00:00'),"
      "(5,4,'ding <dong> & \xc3\xa9','',8,CAST('' AS BLOB),'2024-02-29 23:59:59+00:00'),"
      "(6,2,'for bob','Bob''s',-2,NULL,'2024-03-01 00:00:00+00:00'),"
      "(12,1,'last','Backup',10,NULL,'2024-03-02 00:00:00.000000001+00:00')");
  if (!release.final_ids) return;
  database.run("INSERT INTO messages VALUES (70,1,'deleted','',0,NULL,'2024-03-03 00:00:00+00:00')");
  database.run("DELETE FROM messages WHERE id = 70");
}

}  // namespace

LegacyContents create_legacy_database(const std::string& path, const LegacyRelease& release) {
  LegacyContents contents;
  if (!release.final_ids) contents.greatest_id_ever = 12;
  Database database(path);
  create_tables(database, release);
  insert_people(database);
  insert_tokens(database, release, contents);
  insert_messages(database, release);
  return contents;
}

Tables read_everything(const std::string& path) {
  Database database(path);
  Tables everything;
  for (const std::string& table : database.tables()) {
    if (table.starts_with("sqlite_")) continue;
    const std::vector<std::string> names = database.columns(table);
    std::string list = "rowid";
    for (const std::string& name : names) list += ", quote(" + name + ")";
    auto& rows = everything[table];
    for (const Database::Row& row : database.rows("SELECT " + list + " FROM " + table)) {
      for (std::size_t i = 0; i < names.size(); ++i) rows[row[0]][names[i]] = row[i + 1];
    }
  }
  return everything;
}

}  // namespace push::support
