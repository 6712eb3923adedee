#include "conformance/world.hpp"

#include <filesystem>
#include <sstream>

#include "conformance/tokens.hpp"
#include "support/gotify.hpp"

namespace push::conformance {
namespace {

constexpr const char* kPassword = "geheim";
constexpr const char* kHash = "$2a$04$abcdefghijklmnopqrstuuPWRtT5yx7FBi4dcf6ROhboeNunUrLQ.";  // of kPassword
constexpr unsigned kTokensOfAWorld = 16;
constexpr unsigned kOtherKind = 1'000'000;  // number of the tokens that the mode would not mint

Mode another(Mode mode) {
  return mode == Mode::v2 ? Mode::v3 : Mode::v2;
}

using std::chrono::hours;
using support::moment;

// Writes one world; every id is the previous maximum plus one.
class Sower {
 public:
  Sower(support::Database& database, Mode mode, unsigned number)
      : database_(database), mode_(mode), number_(number), name_(std::to_string(number)) {}

  Values sow(unsigned messages, bool of_the_user) {
    users();
    applications();
    clients();
    for (unsigned i = 1; i <= messages; ++i) message("app1", "m", std::to_string(i));
    if (of_the_user) message("userapp", "um", "1");
    return values_;
  }

 private:
  void insert(const std::string& table, const std::string& columns, const std::string& what, const std::string& name) {
    values_[name] = database_.value("INSERT INTO " + table + " (" + columns + ") VALUES (" + what + ") RETURNING id");
  }

  void message(const std::string& application, const std::string& name, const std::string& number) {
    insert("messages", "application_id, message, title, priority, date",
           values_[application] + ",'text " + number + "','title " + number + "',0," + moment(hours(-1)),
           name + number);
  }

  void user(const std::string& name, bool administrator) {
    insert("users", "name, pass, admin, created_at",
           "'" + name + name_ + "', " + database_.bytes(kHash) + (administrator ? ",TRUE," : ",FALSE,") +
               moment(hours(-24)),
           name);
    values_[name + ".name"] = name + name_;
    values_[name + ".pass"] = kPassword;
  }

  void users() {
    if (number_ == 0) {
      const support::Account first = support::admin();
      values_["owner"] = database_.value("SELECT id FROM users WHERE name = '" + first.name + "'");
      values_["owner.name"] = first.name;
      values_["owner.pass"] = first.password;
    } else {
      user("owner", true);
    }
    user("user", false);
    user("other", false);
  }

  std::string mint(char ident, const std::string& name) {
    const Enhanced token = minted(mode_, ident, number_ * kTokensOfAWorld + next_token_++);
    values_[name] = token.shown;
    return token.stored;
  }

  void application(const std::string& name, const std::string& whose, const std::string& stored,
                   const std::string& rest) {
    insert("applications", "token, user_id, name, description, internal, image, created_at, default_priority, sort_key",
           "'" + stored + "'," + values_[whose] + ",'" + name + "','',FALSE,''," + moment(hours(-24)) + "," + rest,
           name);
  }

  void applications() {
    application("app1", "owner", mint('a', "A"), "0,'a0'");
    application("app2", "owner", mint('a', "A2"), "5,'a1'");
    application("userapp", "user", mint('a', "UA"), "0,'a0'");
    if (number_ != 0) return;
    const Enhanced vector = enhanced('a', vector_seed());
    values_["vector"] = vector.shown;
    values_["vectorstored"] = vector.stored;
    application("vectorapp", "other", vector.stored, "0,'a0'");
    const Enhanced kind = minted(another(mode_), 'a', kOtherKind);
    values_["K"] = kind.shown;
    application("kindapp", "other", kind.stored, "0,'a1'");
  }

  void client(const std::string& name, const std::string& whose, const std::string& token, const std::string& elevated,
              const std::string& expiry) {
    client_with(name, whose, mint('c', token), elevated, expiry);
  }

  void client_with(const std::string& name, const std::string& whose, const std::string& stored,
                   const std::string& elevated, const std::string& expiry) {
    insert(
        "clients", "token, user_id, name, created_at, elevated_until, expires_after_inactivity_seconds, expires_at",
        "'" + stored + "'," + values_[whose] + ",'" + name + "'," + moment(hours(-24)) + "," + elevated + "," + expiry,
        name);
  }

  void clients() {
    client("client", "owner", "C", "NULL", "0,NULL");
    client("elevated", "owner", "E", moment(hours(1)), "0,NULL");
    client("userclient", "user", "UC", "NULL", "0,NULL");
    client("userelevated", "user", "UE", moment(hours(1)), "0,NULL");
    client("expiredclient", "owner", "X", moment(hours(1)), "60," + moment(hours(-23)));
    if (number_ != 0) return;
    const Enhanced kind = minted(another(mode_), 'c', kOtherKind);
    values_["KC"] = kind.shown;
    client_with("kindclient", "other", kind.stored, "NULL", "0,NULL");
  }

  support::Database& database_;
  const Mode mode_;
  const unsigned number_;
  const std::string name_;
  unsigned next_token_ = 0;
  Values values_;
};

// A database as the program makes it; of SQLite, once for all stages.
void put_new_database(support::ServerProcess& server) {
  if (support::on_postgres()) {
    server.start();
    if (server.stop() != 0) throw support::Failure("the program did not end well");
    return;
  }
  static const support::TemporaryDirectory directory;
  const std::string kept = directory.file("gotify.db");
  if (!std::filesystem::exists(kept)) {
    support::ServerProcess maker;
    maker.start();
    if (maker.stop() != 0) throw support::Failure("the program did not end well");
    std::filesystem::copy_file(maker.database_path(), kept);
  }
  std::filesystem::copy_file(kept, server.database_path());
}

std::map<std::string, std::unique_ptr<Stage>>& stages() {
  static std::map<std::string, std::unique_ptr<Stage>> all;
  return all;
}

}  // namespace

std::string fill_in(std::string text, const Values& values) {
  for (const auto& [name, value] : values) {
    const std::string braced = "{" + name + "}";
    for (auto at = text.find(braced); at != std::string::npos; at = text.find(braced, at + value.size())) {
      text.replace(at, braced.size(), value);
    }
  }
  return text;
}

std::vector<Values> seed(support::Database& database, const Plan& plan) {
  std::vector<Values> worlds;
  database.run("BEGIN");
  for (unsigned i = 0; i < plan.worlds; ++i)
    worlds.push_back(Sower(database, plan.mode, i).sow(plan.messages, plan.users_message));
  database.run("COMMIT");
  return worlds;
}

Lines headers_for(const char* credentials, const Values& values) {
  Lines lines;
  std::istringstream words{credentials};
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    const std::string kind = word.substr(0, equals);
    if (kind == "B" || kind == "U" || kind == "O") {
      const std::string whose = kind == "B" ? "owner" : kind == "U" ? "user" : "other";
      lines.push_back(support::basic_header(values.at(whose + ".name"), values.at(whose + ".pass")));
    } else if (kind == "wrong") {
      lines.push_back(support::basic_header(values.at("owner.name"), "wrong"));
    } else if (kind == "cookie") {
      lines.push_back("Cookie: gotify-client-token=" + values.at(word.substr(equals + 1)));
    } else if (kind == "bearer") {
      lines.push_back("Authorization: Bearer " + values.at(word.substr(equals + 1)));
    } else {
      lines.push_back(support::key_header(values.at(word)));
    }
  }
  return lines;
}

Stage::Stage(const Plan& plan, const support::Settings& settings) {
  put_new_database(server_);
  {
    support::Database database(server_.database());
    worlds_ = seed(database, plan);
  }
  server_.set("GOTIFY_COMPAT", name_of(plan.mode));
  server_.set("GOTIFY_SERVER_PASSWORDS_TRIES", "0");  // Gotify has no such limit, and every row asks from one address
  for (const auto& [name, value] : settings) server_.set(name, value);
  server_.start();
}

Values Stage::shared() const {
  Values values = worlds_.front();
  for (const int offset : {0, 890, -890, 910, -910}) {
    values["signed" + std::string(offset > 0 ? "+" : "") + std::to_string(offset)] =
        signed_token('a', vector_seed(), offset);
  }
  std::string& forged = values["forged"] = values["signed0"];
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  return values;
}

Values Stage::fresh() {
  if (used_ == worlds_.size()) throw support::Failure("no fresh world is left: the plan needs more");
  return worlds_[used_++];
}

Stage& stage_for(const std::string& section, const Plan& plan, const support::Settings& settings) {
  std::string key = section + name_of(plan.mode);
  for (const auto& [name, value] : settings) key += "\n" + name + "=" + value;
  std::unique_ptr<Stage>& stage = stages()[key];
  if (!stage) stage = std::make_unique<Stage>(plan, settings);
  return *stage;
}

void close_stages() {
  stages().clear();
}

}  // namespace push::conformance
