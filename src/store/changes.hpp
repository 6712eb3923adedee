// What the changes of one thing have in common: each is an Operation on the writer thread, for which the caller waits.
#pragma once
#include <optional>
#include <string>
#include <utility>

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

inline core::Error gone(std::string_view what) {
  return core::failure(core::ErrorCode::not_found, std::string(what) + " does not exist");
}

// `text` in place of SQLite's words if a UNIQUE index refused the row.
inline core::Error renamed(core::Error error, std::string text) {
  if (error.code == core::ErrorCode::invalid) error.text = std::move(text);
  return error;
}

template <class... Args>
core::Result<void> execute(Connection& connection, std::string_view sql, const Args&... args) {
  if (auto done = connection.change(sql, args...); !done) return done.error();
  return {};
}

}  // namespace push::store
