// What a row finds on the server: an administrator with two applications (the second of default priority 5), a client
// and an elevated client, and a plain user with one of each. Put into the database before the program starts, so that
// no row depends on the program's own way of making them.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/row.hpp"
#include "support/database.hpp"
#include "support/server_process.hpp"

namespace push::conformance {

// Names in braces and what they mean: owner, user, other (a second plain user), app1, app2, userapp, client,
// elevated, userclient, userelevated, expiredclient (ids); A, A2, C, E, UA, UC, UE, X (tokens: of the owner's
// applications, his clients, the user's; X is expired), m1, m2, ... (the ids of the messages of app1), um1 (a message
// of userapp). In the shared world also signed0, signed+890, signed-890, signed+910, signed-910, forged: tokens that
// the holder of the specification's test vector has signed for that many seconds from now, the last one wrongly; and K,
// KC: an application's and a client's token of the kind that the mode does not mint, of the second plain user.
using Values = std::map<std::string, std::string>;
std::string fill_in(std::string text, const Values& values);

struct Plan {
  Mode mode = Mode::v2;
  unsigned worlds = 1;         // the administrator's own first
  unsigned messages = 0;       // of each app1
  bool users_message = false;  // um1
};
// Into a database in which the program has made its tables and the first user.
std::vector<Values> seed(support::Database& database, const Plan& plan);

// Basic: B the owner, U the user, O the second plain user. A A2 C E UA UC UE X a token in X-Gotify-Key, cookie=<token>,
// bearer=<token>, wrong = Basic with a wrong password.
Lines headers_for(const char* credentials, const Values& values);

// A running program with worlds in it.
class Stage {
 public:
  Stage(const Plan& plan, const support::Settings& settings);

  support::ServerProcess& server() { return server_; }
  Values shared() const;
  // Returns each one once. Throws Failure when none is left.
  Values fresh();

 private:
  support::ServerProcess server_;
  std::vector<Values> worlds_;
  std::size_t used_ = 1;
};

// The stage for rows of `section` with these settings, started when first asked for.
Stage& stage_for(const std::string& section, const Plan& plan, const support::Settings& settings);
// Ends every stage. Before main returns, so that the servers' logs still belong to a test.
void close_stages();

}  // namespace push::conformance
