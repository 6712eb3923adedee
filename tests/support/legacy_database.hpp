// A gotify.db as left by Gotify 2.x: tables and columns of that release, legacy tokens, bcrypt passwords.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "support/gotify.hpp"

namespace push::support {

// What protocol 7.3 says about the columns of a release.
struct LegacyRelease {
  std::string name;
  bool final_ids = true;         // AUTOINCREMENT
  bool default_priority = true;  // since 2.3
  bool last_used = true;         // since 2.4
  bool sort_key = true;          // since 2.9
};
inline std::ostream& operator<<(std::ostream& out, const LegacyRelease& release) {
  return out << release.name;
}

struct LegacyContents {
  Account alice{"alice", "altes Passwort"};  // an administrator, hash of cost 10 in the $2a$ form
  Account bob{"bob", "bob2"};                // cost 5, $2y$
  Created backup{1, "AbcDef.123-_xyz"};      // alice's applications
  Created doorbell{4, "A12345678901234"};
  Created bobs{2, "ABobBobBobBob.1"};
  Created phone{1, "Cphone.phone-_1"};  // alice's clients
  Created bobs_phone{3, "CBobsPhone.---1"};
  std::uint64_t greatest_id_ever = 70;  // of a message; deleted since (without AUTOINCREMENT: 12, which is there)
};
LegacyContents create_legacy_database(const std::string& path, const LegacyRelease& release);

// Every row of every table, one string per column, as SQL literals: table → row id → column → value.
using Columns = std::map<std::string, std::string>;
using Tables = std::map<std::string, std::map<std::string, Columns>>;
Tables read_everything(const std::string& path);

}  // namespace push::support
