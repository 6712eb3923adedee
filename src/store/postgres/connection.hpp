// libpq as values with owners: a Connection, the Rows of an answer, a Row. One thread at a time per Connection. Every
// failure is a core::Error; nothing throws. A call blocks for a bounded time: a server that does not answer within
// kPatience is treated as gone. A watching connection waits for kWatchPatience, a patient one as long as it takes.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "store/postgres/connection_string.hpp"
#include "store/postgres/value.hpp"

struct pg_conn;
struct pg_result;

namespace push::store::postgres {

class Rows;

// One row of Rows, which must outlive it. Columns count from 0; NULL reads as 0, "" or nullopt. Reads the binary form
// and, of numbers and texts, the text form.
class Row {
 public:
  Row(const Rows& rows, int index) : rows_(&rows), index_(index) {}
  bool null(int column) const;
  std::int64_t integer(int column) const;  // any of PostgreSQL's integers, or a boolean
  std::uint64_t natural(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  bool boolean(int column) const { return integer(column) != 0; }
  std::string_view text(int column) const;  // or bytea in binary
  std::optional<core::WallTime> time(int column) const;

 private:
  const Rows* rows_;
  int index_;
};

// The answer to one statement.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}
  int size() const;
  bool empty() const { return size() == 0; }
  int columns() const;
  Row operator[](int index) const { return {*this, index}; }
  std::int64_t affected() const;  // by INSERT, UPDATE, DELETE
  pg_result* get() const { return result_.get(); }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

// SQLSTATE: a lock was not free within lock_timeout.
inline constexpr std::string_view kLockTimeout = "55P03";

// What became of a connection's last call.
enum class Fate {
  done,
  refused,  // the server has answered with an error: nothing is stored
  lost,     // the connection is gone, and what was sent may be stored or not
};

// What senders are told; the reason is in the log (watch.hpp), because it names hosts and users.
core::Error unreachable();

class Connection {
 public:
  static constexpr std::chrono::seconds kPatience{15};  // longer than statement_timeout
  static constexpr std::chrono::seconds kWatchPatience{5};

  // The session is read committed, in UTC, with a statement_timeout and a lock_timeout unless `patient`: then any
  // statement may take as long as it does (building an index).
  enum class Use { ordinary, watching, patient };
  static core::Result<Connection> open(const ConnectionString& where, Use use);

  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;

  // Runs one statement with parameters $1, $2, ... . It is prepared the first time and kept, so `sql` must be a literal
  // (or live as long as this).
  template <class... Args>
  core::Result<Rows> query(std::string_view sql, const Args&... args) {
    const std::vector<Parameter> parameters{parameter(args)...};
    return query_with(sql, parameters);
  }
  core::Result<Rows> query_with(std::string_view sql, const std::vector<Parameter>& parameters);

  // The same, row by row: the rows are never whole in memory. `take` returns false to stop; the rest of the answer is
  // read and thrown away, so a query that may have many more rows needs a LIMIT.
  template <class Take, class... Args>
  core::Result<void> each(Take take, std::string_view sql, const Args&... args) {
    const std::vector<Parameter> parameters{parameter(args)...};
    if (auto sent = send(sql, parameters, true); !sent) return sent;
    for (bool wanted = true, first = true;; first = false) {
      auto rows = next();
      if (!rows && first && is_stale()) {
        if (auto sent = send(sql, parameters, true); !sent) return sent;
        rows = next();
      }
      if (!rows) return rows.error();
      if (!*rows) return {};
      for (int i = 0; wanted && i < (*rows)->size(); ++i) wanted = take((**rows)[i]);
    }
  }

  // Runs a text of several statements, without parameters, as one transaction: one round trip. The answers, in order.
  core::Result<std::vector<Rows>> run(const std::string& text);

  // COPY ... FROM STDIN: begin_copy() with the statement, any number of copy() with lines, end_copy(), which answers
  // how many rows there were. What the server refuses is known only at the end. kPatience is that of each call.
  core::Result<void> begin_copy(const std::string& sql);
  core::Result<void> copy(std::string_view lines);
  core::Result<std::int64_t> end_copy();

  // After LISTEN: the texts of the notifications received, in order. Waits up to `patience` for the first.
  core::Result<std::vector<std::string>> notifications(std::chrono::milliseconds patience);

  Fate fate() const { return fate_; }
  // SQLSTATE of a call that was refused (five characters), "" otherwise.
  const std::string& state() const { return state_; }
  // Whether the server has not closed it, as far as is known here. No round trip.
  bool usable();
  int process() const;  // of the server that serves it
  // Whether it has answered anything since the last call.
  bool take_answered() { return std::exchange(answered_, false); }

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  Connection(pg_conn* connection, bool prepares, Use use) : connection_(connection), prepares_(prepares), use_(use) {}
  core::Result<void> send(std::string_view sql, const std::vector<Parameter>& parameters, bool row_by_row);
  core::Result<Rows> ask(std::string_view sql, const std::vector<Parameter>& parameters);
  // The last call was refused because a prepared statement is out of date: it can be prepared anew.
  bool is_stale() const;
  core::Result<std::string> prepared(std::string_view sql, const std::vector<Parameter>& parameters);
  // The next part of the answer; none: it is complete.
  core::Result<std::optional<Rows>> next();
  core::Result<std::optional<Rows>> read();
  core::Result<void> wait();
  core::Result<void> poll_until_deadline(short events);
  core::Result<void> flush();
  void take_notifications(std::vector<std::string>& texts);
  core::Error fail(const Rows& failed);
  core::Error lose(const std::string& why);
  core::Error refusal(const Rows& rows);
  void begin();
  std::chrono::milliseconds patience() const { return use_ == Use::watching ? kWatchPatience : kPatience; }
  void allow_time();

  std::unique_ptr<pg_conn, Close> connection_;
  bool prepares_;
  Use use_;
  std::unordered_map<const void*, std::string> names_;  // of prepared statements, by the address of their text
  std::size_t prepared_ = 0;                            // statements so far: a name is not used again
  core::SteadyTime deadline_{};
  Fate fate_ = Fate::done;
  bool answered_ = false;
  std::string state_;
};

}  // namespace push::store::postgres
