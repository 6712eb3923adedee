// Runs changes as Operations on the writer thread, with SQLite's own Transaction.
#pragma once
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "store/sqlite/transaction.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

// The writer's backend is a sqlite::Backend, and it runs every Operation with its own Transaction.
inline Transaction& own(store::Transaction& transaction) {
  return static_cast<Transaction&>(transaction);
}

// Runs `work`, which takes the Transaction and returns a Result, as one change; blocks until it is committed.
template <class Work>
std::invoke_result_t<Work&, Transaction&> change(Writer& writer, Work work) {
  std::optional<std::invoke_result_t<Work&, Transaction&>> outcome;
  const auto committed = writer.change([&](store::Transaction& transaction) -> core::Result<void> {
    outcome.emplace(work(own(transaction)));
    if (!*outcome) return outcome->error();
    return {};
  });
  if (!committed) return committed.error();
  return *std::move(outcome);
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
