#include "store/postgres/pooling.hpp"

#include <cstdint>
#include <string>

#include "store/postgres/connection.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr int kLooks = 5;  // others that use the pool may come in between

Result<std::int64_t> process(Connection& connection) {
  const auto answers = connection.run("SELECT pg_backend_pid()");
  if (!answers) return answers.error();
  return answers->back()[0].integer(0);
}

}  // namespace

Result<void> check_sessions(const ConnectionString& where) {
  auto one = Connection::open(where, Connection::Use::ordinary);
  if (!one) return one.error();
  auto other = Connection::open(where, Connection::Use::ordinary);
  if (!other) return other.error();
  for (int look = 0; look < kLooks; ++look) {
    const auto first = process(*one);
    if (!first) return first.error();
    const auto second = process(*other);
    if (!second) return second.error();
    if (*first != *second) continue;
    return core::failure(core::ErrorCode::invalid,
                         "is a pool in transaction mode (PgBouncer), where no lock keeps a second server out: set"
                         " pool_mode = session for this database, or connect to PostgreSQL itself");
  }
  return {};
}

}  // namespace push::store::postgres
