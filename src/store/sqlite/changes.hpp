// Runs changes as Operations on the writer thread, with SQLite's own Transaction.
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "push/core/await.hpp"
#include "store/sqlite/transaction.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

// The writer's backend is a sqlite::Backend, and it runs every Operation with its own Transaction.
inline Transaction& own(store::Transaction& transaction) {
  return static_cast<Transaction&>(transaction);
}

// What `Work` returns: a Result.
template <class Work>
using Outcome = std::invoke_result_t<Work&, Transaction&>;

// Whether a change may use the last room on the disk, which is kept for deletions. Logins may: they come before one.
enum class Room { any, not_the_last };

// Runs `work`, which takes the Transaction and returns a Result, as one change. `user` as in Writer::change; `done` is
// a store::Done. What `work` logs is announced before.
template <class Work>
void change(Writer& writer, core::UserId user, core::Callback<void(Outcome<Work>)> done, Work work,
            Room room = Room::any) {
  struct Pending {
    Work work;
    core::Callback<void(Outcome<Work>)> done;
    std::optional<Outcome<Work>> outcome{};
    LoggedEvents logged{};
  };
  const auto pending = std::make_shared<Pending>(Pending{std::move(work), std::move(done)});
  const auto queued = writer.change(
      user,
      [pending, room](store::Transaction& transaction) -> core::Result<void> {
        if (auto free = own(transaction).check_room(); !free && room == Room::not_the_last) {
          pending->outcome.emplace(free.error());  // of this change alone: deletions beside it make room
          return {};
        }
        pending->outcome.emplace(pending->work(own(transaction)));
        pending->logged = own(transaction).take_logged();
        if (!*pending->outcome) return pending->outcome->error();
        return {};
      },
      [pending, &writer](const core::Result<void>& committed) {
        if (!committed) return pending->done(committed.error());
        writer.announce(pending->logged);
        pending->done(*std::move(pending->outcome));
      });
  if (!queued) pending->done(queued.error());
}

// The same for a thread of its own, which is blocked until the change is committed.
template <class Work>
Outcome<Work> change_now(Writer& writer, Work work) {
  return core::await<Outcome<Work>>([&](auto done) { change(writer, {}, std::move(done), std::move(work)); });
}

// The same in the background, as Writer::post; `work` returns a Result<void>.
template <class Work>
bool post(Writer& writer, Work work) {
  return writer.post(
      [work = std::move(work)](store::Transaction& transaction) mutable { return work(own(transaction)); });
}

template <class... Args>
core::Result<void> execute(Database& database, std::string_view sql, const Args&... args) {
  if (auto done = database.change(sql, args...); !done) return done.error();
  return {};
}

// Inserts `row`, whose columns are `args`, and sets its id.
template <class Row, class... Args>
core::Result<void> insert(Database& database, Row& row, std::string_view sql, const Args&... args) {
  if (auto done = database.change(sql, args...); !done) return done.error();
  row.id = decltype(row.id){static_cast<std::uint64_t>(database.last_id())};
  return {};
}

}  // namespace push::store::sqlite
