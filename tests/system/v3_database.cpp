#include "system/v3_database.hpp"

#include "support/database.hpp"

namespace push::support {
namespace {

constexpr const char* kTables[] = {
    "CREATE TABLE `users` (`id` integer PRIMARY KEY AUTOINCREMENT,`name` varchar(180),`pass` blob,`admin` numeric,"
    "`created_at` datetime,`oidc_id` text)",
    "CREATE TABLE `applications` (`id` integer PRIMARY KEY AUTOINCREMENT,`token` varchar(180),`user_id` integer,"
    "`name` text,`description` text,`internal` numeric,`image` text,`default_priority` integer,`created_at` datetime,"
    "`last_used` datetime,`sort_key` blob)",
    "CREATE TABLE `messages` (`id` integer PRIMARY KEY AUTOINCREMENT,`application_id` integer,`message` text,"
    "`title` text,`priority` integer,`extras` blob,`date` datetime)",
    "CREATE TABLE `clients` (`id` integer PRIMARY KEY AUTOINCREMENT,`token` varchar(180),`user_id` integer,`name` text,"
    "`created_at` datetime,`last_used` datetime,`elevated_until` datetime,"
    "`expires_after_inactivity_seconds` integer NOT NULL DEFAULT 0,`expires_at` datetime)",
    "CREATE TABLE `plugin_confs` (`id` integer PRIMARY KEY AUTOINCREMENT,`user_id` integer,`module_path` text,"
    "`token` varchar(180),`application_id` integer,`enabled` numeric,`created_at` datetime,`config` blob,"
    "`storage` blob)",
    "CREATE UNIQUE INDEX `uix_users_name` ON `users`(`name`)",
    "CREATE UNIQUE INDEX `uix_users_oidc_id` ON `users`(`oidc_id`)",
    "CREATE UNIQUE INDEX `uix_applications_token` ON `applications`(`token`)",
    "CREATE UNIQUE INDEX `uix_application_user_id_sort_key` ON `applications`(`user_id`,`sort_key`)",
    "CREATE INDEX `idx_applications_user_id` ON `applications`(`user_id`)",
    "CREATE INDEX `idx_messages_id` ON `messages`(`id`)",
    "CREATE UNIQUE INDEX `uix_clients_token` ON `clients`(`token`)",
    "CREATE INDEX `idx_clients_user_id` ON `clients`(`user_id`)",
    "CREATE INDEX `idx_clients_expires_at` ON `clients`(`expires_at`)",
    "CREATE UNIQUE INDEX `uix_plugin_confs_token` ON `plugin_confs`(`token`)",
};

constexpr const char* kRows[] = {
    "INSERT INTO users VALUES"
    " (1,'alice',CAST('$2a$10$N9qo8uLOickgx2ZMRZoMyedvC0WXe6Ggr79zdeLTv/HS.TTsi/47C' AS BLOB),1,"
    "  '2026-07-20 08:00:00.123456789+02:00',NULL),"
    " (2,'bob',CAST('$2y$05$abcdefghijklmnopqrstuuYzrdTavc32len3GuP7b9H5ZlZdLUlZS' AS BLOB),0,"
    "  '2026-07-20 08:00:01+00:00',NULL),"
    " (3,'sso',NULL,0,'2026-07-20 08:00:02.5+00:00','https://idp.example#4711')",
    "INSERT INTO applications VALUES"
    " (1,'gtfya.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg',1,'Backup','nightly <b>',0,"
    "  'aBcDeFgHiJkLmNoPqRsTuVwXy.png',4,'2026-07-20 09:00:00+00:00',NULL,'a1'),"
    " (2,'AplugPlugPlug.1',1,'plugin','auto generated application for github.com/example/plugin',1,'',0,"
    "  '2026-07-20 09:00:01+00:00',NULL,'a0'),"
    " (3,'ABobBobBobBob.1',2,'Bob''s','',0,'',5,'2026-07-20 09:00:02+00:00','2026-07-21 07:08:09.1+02:00','a0V'),"
    " (9,'gtfya.11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',3,'of sso','',0,'',0,'2026-07-20 09:00:03+00:00',NULL,"
    "  'a0')",
    "INSERT INTO messages VALUES"
    " (1,1,'first','Backup',0,NULL,'2026-07-20 10:00:00.5+01:00'),"
    " (2,2,'of the plugin','plugin',3,NULL,'2026-07-20 10:00:01+00:00'),"
    " (4,1,'with extras','done',5,CAST('{\"client::display\":{\"contentType\":\"text/markdown\"}}' AS BLOB),"
    "  '2026-07-20 10:00:02.000000001+00:00'),"
    " (5,3,'for bob','Bob''s',-2,CAST('' AS BLOB),'2026-07-20 10:00:03+00:00'),"
    " (6,77,'its application is long gone','',0,NULL,'2026-07-20 10:00:04+00:00'),"
    " (90,1,'deleted','',0,NULL,'2026-07-20 10:00:05+00:00')",
    "DELETE FROM messages WHERE id = 90",
    "INSERT INTO clients VALUES"
    " (1,'gtfyc.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg',1,'phone','2026-07-20 11:00:00+00:00',NULL,"
    "  '2126-07-20 11:00:00+00:00',0,NULL),"
    " (2,'Ctablet.tablet1',1,'tablet','2026-07-20 11:00:01+00:00','2026-07-21 00:00:00.25-03:00',NULL,3153600000,"
    "  '2126-06-27 03:00:00.25+00:00'),"
    " (3,'CBobsPhone.---1',2,'bob''s phone','2026-07-20 11:00:02+00:00',NULL,NULL,0,NULL)",
    "INSERT INTO plugin_confs VALUES"
    " (1,1,'github.com/example/plugin','Pplugin.plugin1',2,1,'2026-07-20 12:00:00+00:00',CAST('key: value' AS BLOB),"
    "  x'00ff10')",
};

}  // namespace

V3Contents create_v3_database(const std::string& path) {
  Database database(path);
  for (const char* sql : kTables) database.run(sql);
  for (const char* sql : kRows) database.run(sql);
  return {};
}

}  // namespace push::support
