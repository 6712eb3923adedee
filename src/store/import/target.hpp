// The PostgreSQL database into which is copied. Everything is written in one transaction on the connection that holds
// the lock of the only server.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "store/import/encoder.hpp"
#include "store/import/tables.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/connection_string.hpp"
#include "store/postgres/session.hpp"

namespace push::store::importing {

// What is noted of a finished import.
struct Note {
  std::string when;
  std::string state;  // of the source: counts and last ids
};

class Target {
 public:
  // Waits for the lock as a server does. unavailable: a server holds it, or the database cannot be reached.
  static core::Result<Target> open(const config::Database& settings);

  // Before begin(). The note, if there is one, and whether a table of Gotify's has rows: "users 3, messages 20".
  core::Result<std::optional<Note>> note();
  core::Result<std::string> rows();
  // Makes the tables and begins the transaction. Gotify cannot write either from then on.
  core::Result<void> begin();

  core::Result<void> begin_copy(const Table& table);
  core::Result<void> copy(std::string_view lines);
  core::Result<std::int64_t> end_copy();
  core::Result<void> analyze(const Table& table);
  // What is there of the rows with keys above `after` (none: all) and up to `up_to` (none: all).
  core::Result<Extract> extract(const Table& table, std::optional<std::int64_t> after,
                                std::optional<std::int64_t> up_to);
  core::Result<void> store_picture(std::string_view name, std::string_view bytes);
  core::Result<void> raise_sequence(std::string_view table, std::int64_t last);
  // Ends what was the present epoch: cursors up to here are known.
  core::Result<void> begin_epoch(std::int64_t message, std::int64_t event);
  core::Result<void> commit(const Note& note);

  const std::string& description() const { return where_->description; }

 private:
  Target(std::unique_ptr<postgres::ConnectionString> where, std::unique_ptr<postgres::Session> session,
         postgres::Connection* connection)
      : where_(std::move(where)), session_(std::move(session)), connection_(connection) {}
  core::Result<void> run(const std::string& text);
  core::Error named(core::Error error) const;

  std::unique_ptr<postgres::ConnectionString> where_;
  std::unique_ptr<postgres::Session> session_;
  postgres::Connection* connection_;  // of the session
};

}  // namespace push::store::importing
