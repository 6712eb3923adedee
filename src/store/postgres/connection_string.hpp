// database.connection of PostgreSQL, in every form that Gotify takes (its driver is pgx), as parameters of libpq.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/core/result.hpp"

namespace push::store::postgres {

struct ConnectionString {
  // For PQconnectdbParams, without expand_dbname: what was given, what Gotify's driver would send besides, and defaults
  // of this server where neither the text nor a PG... variable has one. Contains secrets.
  std::vector<std::pair<std::string, std::string>> parameters;
  // Whether statements may be prepared by name. Not if the text says so, as one does for PgBouncer.
  bool prepares = true;
  // For logs and errors, without secrets: host=db port=5432 dbname=gotify user=gotify.
  std::string description;

  // "host=db user=gotify ..." or a URL, postgres://user:password@host:port/database?name=value. Error: invalid; its
  // text contains no part of a malformed `text`, which may be one of a password.
  static core::Result<ConnectionString> parse(std::string_view text);
};

}  // namespace push::store::postgres
