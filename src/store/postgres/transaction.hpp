// What one change reads and writes. The rules read at once, outside of any transaction; what is to be written is
// collected in a Script and runs afterwards, in one round trip under the write lock. A change that has read is valid
// only if no other change by rules was committed meanwhile: its script checks that first (guard), and if it fails, the
// change runs again.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "push/model/event.hpp"
#include "store/logged_events.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/script.hpp"
#include "store/transaction.hpp"

namespace push::store::postgres {

class Transaction final : public store::Transaction {
 public:
  // Before a change uses it. `connection` must stay until the change has run.
  void begin(Connection& connection);
  void clear();

  Connection& connection() { return *connection_; }
  const Script& script() const { return script_; }
  Script& script() { return script_; }

  // ---- writes. The arguments replace $1, $2, ... .
  template <class... Args>
  Answer write(std::string_view sql, const Args&... args) {
    return script_.add(sql, args...);
  }
  // The statement's rows are events that it has logged (event_log.hpp): they are announced after the commit.
  void note_events(Answer answer) {
    if (!first_events_) first_events_ = answer;
    events_.push_back(std::move(answer));
  }
  // Notes that it writes to the event log: an event, or a change of an account.
  void note_log() { logs_ = true; }
  bool logs() const { return logs_; }
  bool logs_events() const { return first_events_ != nullptr; }
  // The events of all its changes, if the answers of their statements were lost: all are announced with the first.
  void answer_events(Rows rows) { first_events_->emplace(std::move(rows)); }
  std::vector<Answer> take_events() { return std::exchange(events_, {}); }
  // The id of a new row: the next of the table's sequence.
  core::Result<std::int64_t> next_id(std::string_view table);

  // Before the first read of a change by rules; the reads below do it themselves.
  core::Result<void> watch();
  // The newest change by rules that the change has seen; empty: it has read nothing.
  const std::optional<std::int64_t>& guard() const { return guard_; }

  core::Result<std::optional<model::User>> user(core::UserId id) override;
  core::Result<std::optional<model::Application>> application(core::ApplicationId id) override;
  core::Result<std::optional<model::Client>> client(core::ClientId id) override;
  core::Result<bool> has_user_name(std::string_view name, core::UserId but) override;
  core::Result<bool> has_admin(core::UserId but) override;
  core::Result<bool> has_application_token(std::string_view token, core::ApplicationId but) override;
  core::Result<bool> has_client_token(std::string_view token) override;
  core::Result<bool> has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) override;
  core::Result<std::string> greatest_sort_key(core::UserId user) override;
  core::Result<std::size_t> count_applications(core::UserId user) override;
  core::Result<std::size_t> count_clients(core::UserId user) override;
  core::Result<bool> has_image(std::string_view image, core::ApplicationId but) override;
  core::Result<std::vector<std::string>> images_of_no_other(core::UserId user) override;

 private:
  template <class Ask>
  auto guarded(Ask ask) -> decltype(ask());
  core::Result<std::size_t> count(std::string_view sql, core::UserId user);

  Connection* connection_ = nullptr;
  Script script_;
  std::vector<Answer> events_;
  Answer first_events_;  // of all changes since clear()
  std::optional<std::int64_t> guard_;
  bool logs_ = false;
};

}  // namespace push::store::postgres
