#include "store/sqlite/purges.hpp"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "push/core/clock.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

// A slice ends with the first statement that finishes after kSliceTime: some hundred small messages. Other changes wait
// for that and its commit.
constexpr auto kSliceTime = std::chrono::milliseconds(2);
constexpr std::int64_t kRowsInStatement = 64;

constexpr std::string_view kDeleteMessage =
    "DELETE FROM messages WHERE id = ?2"
    " AND EXISTS (SELECT 1 FROM applications AS a WHERE a.id = messages.application_id AND a.user_id = ?1)";
constexpr std::string_view kDeleteSomeMessages =
    "DELETE FROM messages WHERE id IN"
    " (SELECT id FROM messages WHERE application_id = ?1 AND id <= ?2 ORDER BY id LIMIT ?3)";
constexpr std::string_view kApplicationExists = "SELECT 1 FROM applications WHERE id = ?1";
constexpr std::string_view kNotedPurges =
    "SELECT application_id FROM sharded_gotify_purges ORDER BY application_id LIMIT 256";
constexpr std::string_view kForgetPurge = "DELETE FROM sharded_gotify_purges WHERE application_id = ?1";

// The time left for a slice.
class Budget {
 public:
  bool over() const { return core::steady_now() >= end_; }

 private:
  const core::SteadyTime end_ = core::steady_now() + kSliceTime;
};

// Deletes messages of the application up to `bound` until none are left (true) or time is up (false).
Result<bool> delete_some(Database& database, std::int64_t application, std::int64_t bound, const Budget& budget,
                         std::int64_t& deleted) {
  while (true) {
    const auto done = database.change(kDeleteSomeMessages, application, bound, kRowsInStatement);
    if (!done) return done.error();
    deleted += *done;
    if (*done < kRowsInStatement) return true;
    if (budget.over()) return false;
  }
}

// Deletes the messages of some applications up to `bound`.
class MessagePurge {
 public:
  MessagePurge(Writer& writer, std::int64_t bound) : writer_(writer), bound_(bound) {}

  void add(core::ApplicationId application) { applications_.push_back(static_cast<std::int64_t>(application)); }
  void add_those_of(core::UserId user) { user_ = user; }

  Result<Purger::Progress> operator()() {
    Purger::Progress progress;
    auto done = change_now(writer_, [&](Transaction& transaction) { return slice(transaction.database(), progress); });
    if (!done) return done.error();
    return progress;
  }

 private:
  Result<void> slice(Database& database, Purger::Progress& progress) {
    const Budget budget;
    if (user_) {
      auto found = all(database, read_integer, kApplicationsOfUser, *user_);
      if (!found) return found.error();
      applications_ = std::move(*found);
      user_.reset();
    }
    while (!applications_.empty() && !budget.over()) {
      const auto emptied = delete_some(database, applications_.back(), bound_, budget, progress.deleted);
      if (!emptied) return emptied.error();
      if (*emptied) applications_.pop_back();
    }
    progress.finished = applications_.empty();
    return {};
  }

  Writer& writer_;
  std::int64_t bound_;
  std::optional<core::UserId> user_;  // whose applications have not been looked up yet
  std::vector<std::int64_t> applications_;
};

// Deletes messages of one recorded application. True: done, and its record is removed.
Result<bool> purge_noted(Database& database, std::int64_t application, const Budget& budget, std::int64_t& deleted) {
  const auto exists = any(database, kApplicationExists, application);
  if (!exists) return exists.error();
  if (!*exists) {
    constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
    auto emptied = delete_some(database, application, kAll, budget, deleted);
    if (!emptied || !*emptied) return emptied;
  }
  if (auto forgotten = execute(database, kForgetPurge, application); !forgotten) return forgotten.error();
  return true;
}

}  // namespace

Result<Purger::Progress> purge_deleted_applications(Writer& writer, ReaderPool& readers) {
  const auto noted = [&] {
    const auto reader = readers.lease();
    return all(*reader, read_integer, kNotedPurges);
  }();
  if (!noted) return noted.error();
  Purger::Progress progress;
  progress.finished = noted->empty();
  if (progress.finished) return progress;
  auto done = change_now(writer, [&](Transaction& transaction) -> Result<void> {
    const Budget budget;
    for (const std::int64_t application : *noted) {
      const auto purged = purge_noted(transaction.database(), application, budget, progress.deleted);
      if (!purged) return purged.error();
      if (budget.over()) return {};
    }
    return {};
  });
  if (!done) return done.error();
  return progress;
}

void Store::delete_message(core::UserId user, core::MessageId id, Done<void> done) {
  change(parts_->writer, user, std::move(done), [user, id](Transaction& transaction) -> Result<void> {
    const auto written = transaction.database().change(kDeleteMessage, user, id);
    if (!written) return written.error();
    if (*written == 0) return gone("message");
    return {};
  });
}

Result<void> Store::delete_messages(core::UserId user, Purged done) {
  MessagePurge purge(parts_->writer, parts_->backend.newest_message());
  purge.add_those_of(user);
  return parts_->purger.submit(std::move(purge), std::move(done));
}

Result<void> Store::delete_messages(core::ApplicationId application, Purged done) {
  MessagePurge purge(parts_->writer, parts_->backend.newest_message());
  purge.add(application);
  return parts_->purger.submit(std::move(purge), std::move(done));
}

}  // namespace push::store::sqlite
