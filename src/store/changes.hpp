// What the changes of one thing have in common: each is an Operation on the writer thread, for which the caller waits.
#pragma once
#include <optional>
#include <string_view>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite.hpp"
#include "store/writer.hpp"

namespace push::store {

// Runs `work`, which gives a Result<T>, as one change on the writer thread; blocks until it is committed.
template <class T, class Work>
core::Result<T> changed(Writer& writer, Work work) {
  std::optional<T> value;
  auto outcome = writer.change([&]() -> core::Result<void> {
    auto result = work();
    if (!result) return result.error();
    value = std::move(*result);
    return {};
  });
  if (!outcome) return outcome.error();
  return std::move(*value);
}

// The answer of a SELECT EXISTS(...). Asked inside the transaction that then writes, it is still true for that write:
// SQLite has one writer at a time, in whichever program.
template <class... Args>
core::Result<bool> exists(Connection& connection, std::string_view sql, const Args&... args) {
  auto query = connection.query(sql, args...);
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  return *row && query->boolean(0);
}

template <class... Args>
core::Result<void> execute(Connection& connection, std::string_view sql, const Args&... args) {
  if (auto done = connection.change(sql, args...); !done) return done.error();
  return {};
}

}  // namespace push::store
