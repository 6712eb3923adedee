// Runs changes as Operations on the writer thread, with PostgreSQL's own Transaction.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "push/core/await.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/transaction.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

// What a change comes to once it is committed: known before (from what it has read), or read from the answers of its
// statements.
template <class T>
class Plan {
 public:
  using Read = std::function<core::Result<T>()>;
  // An error: the change writes nothing.
  template <class Outcome>
  requires(!std::is_same_v<std::decay_t<Outcome>, Plan> && std::is_constructible_v<core::Result<T>, Outcome>)
      Plan(Outcome&& outcome)
      : outcome_(std::forward<Outcome>(outcome)) {}  // NOLINT: implicit, as core::Result
  static Plan later(Read read) {
    Plan plan{core::Error{}};
    plan.read_ = std::move(read);
    return plan;
  }

  // Refused: an error that was found while reading.
  bool refused() const { return !read_ && !outcome_; }
  core::Error error() const { return outcome_.error(); }
  core::Result<T> outcome() { return read_ ? read_() : std::move(outcome_); }

 private:
  core::Result<T> outcome_;
  Read read_;
};

// What `Work` returns: a Plan.
template <class Work>
struct Planned;
template <class T>
struct Planned<Plan<T>> {
  using Value = T;
};
template <class Work>
using ValueOf = typename Planned<std::invoke_result_t<Work&, Transaction&>>::Value;

// The writer's backend is a postgres::Backend, and it runs every Operation with its own Transaction.
inline Transaction& own(store::Transaction& transaction) {
  return static_cast<Transaction&>(transaction);
}

// How a change is written. By rules: it has read what must not change meanwhile, so it has a transaction of its own and
// may run again; `work` must not consume what it has captured. Blind: its statements find out themselves. Alone: blind,
// and so large that several in one transaction would be too much for the memory.
enum class How { by_rules, blind, alone };

// Runs `work`, which takes the Transaction and returns a Plan, as one change. `user` as in Writer::change; `done` is a
// store::Done. What it logs is announced before.
template <class Work>
void change(Writer& writer, core::UserId user, How how, core::Callback<void(core::Result<ValueOf<Work>>)> done,
            Work work) {
  using Value = ValueOf<Work>;
  struct Pending {
    Work work;
    core::Callback<void(core::Result<Value>)> done;
    std::optional<Plan<Value>> plan{};
    std::vector<Answer> events{};
  };
  const auto pending = std::make_shared<Pending>(Pending{std::move(work), std::move(done)});
  const auto queued = writer.change(
      user,
      [pending](store::Transaction& transaction) -> core::Result<void> {
        pending->plan.emplace(pending->work(own(transaction)));
        pending->events = own(transaction).take_events();
        if (pending->plan->refused()) return pending->plan->error();
        return {};
      },
      [pending, &writer](const core::Result<void>& committed) {
        if (!committed) return pending->done(committed.error());
        writer.announce(logged_events(pending->events));
        pending->done(pending->plan->outcome());
      },
      how != How::blind);
  if (!queued) pending->done(queued.error());
}

// The same for a thread of its own, which is blocked until the change is committed.
template <class Work>
core::Result<ValueOf<Work>> change_now(Writer& writer, How how, Work work) {
  return core::await<core::Result<ValueOf<Work>>>(
      [&](auto done) { change(writer, {}, how, std::move(done), std::move(work)); });
}

// Blind, in the background, as Writer::post; `work` returns a Result<void>.
template <class Work>
bool post(Writer& writer, Work work) {
  return writer.post(
      [work = std::move(work)](store::Transaction& transaction) mutable { return work(own(transaction)); });
}

}  // namespace push::store::postgres
