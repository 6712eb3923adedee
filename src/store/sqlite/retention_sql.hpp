// What retention reads and writes. The plan of each statement is held by SqliteRetentionTest.EveryStatementUsesAnIndex.
#pragma once
#include <cstdint>
#include <string_view>

#include "push/core/result.hpp"
#include "push/store/store.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite::retention {

// ---- the rules
inline constexpr std::string_view kRule = "SELECT days, count FROM sharded_gotify_retention WHERE application_id = ?1";
inline constexpr std::string_view kRuleAndOwner =
    "SELECT r.days, r.count, a.user_id FROM applications AS a LEFT JOIN sharded_gotify_retention AS r"
    " ON r.application_id = a.id WHERE a.id = ?1";

// ---- which applications
inline constexpr std::string_view kSomeApplications = "SELECT id FROM applications WHERE id > ?1 ORDER BY id LIMIT 256";
inline constexpr std::string_view kSomeWithRules =
    "SELECT application_id FROM sharded_gotify_retention WHERE application_id > ?1 ORDER BY application_id LIMIT 256";
inline constexpr std::string_view kSomeNewMessages =
    "SELECT id, application_id FROM messages WHERE id > ?1 ORDER BY id LIMIT 1024";

// ---- which messages
inline constexpr std::string_view kOldestKept =
    "SELECT id FROM messages WHERE application_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2";
inline constexpr std::int64_t kSome = 512;
inline constexpr std::string_view kSomeIds =
    "SELECT id FROM messages WHERE application_id = ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT 512";
inline constexpr std::string_view kSomeDates =
    "SELECT id, date FROM messages WHERE application_id = ?1 AND id > ?2 ORDER BY id LIMIT 512";
inline constexpr std::string_view kDeleteSome =
    "DELETE FROM messages WHERE id IN"
    " (SELECT id FROM messages WHERE application_id = ?1 AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4) RETURNING id";
inline constexpr std::string_view kSomeStayBefore =
    "SELECT 1 FROM messages WHERE application_id = ?1 AND id < ?2 LIMIT 1";
inline constexpr std::string_view kSomeAreRead =
    "SELECT 1 FROM sharded_gotify_read WHERE message_id BETWEEN ?1 AND ?2 LIMIT 1";
inline constexpr std::string_view kRaiseFloor =
    "INSERT INTO sharded_gotify_retention_floor (user_id, message_id) VALUES (?1, ?2)"
    " ON CONFLICT (user_id) DO UPDATE SET message_id = max(message_id, excluded.message_id)";
inline constexpr std::string_view kFloor = "SELECT message_id FROM sharded_gotify_retention_floor WHERE user_id = ?1";

}  // namespace push::store::sqlite::retention
