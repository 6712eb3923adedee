// The server's database, opened for writing only while the server is not running.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace push::bench {

// Adds users 0..users-1, each with one client and one application (names.hpp) and no password, to a database in which
// the server has created its tables. Tokens count as just used, so that connecting writes nothing.
void seed(const std::string& path, unsigned users);

// The same on PostgreSQL.
void seed_postgres(const std::string& connection, unsigned users);

// Runs statements on a file that nobody else uses; not crash-safe.
void run_offline(const std::string& path, const std::string& sql);

// The first column of the first row; the server may be running.
std::int64_t look_up(const std::string& path, const std::string& sql);

// Every stored message as id -> text.
std::map<std::uint64_t, std::string> stored_messages(const std::string& path);

}  // namespace push::bench
