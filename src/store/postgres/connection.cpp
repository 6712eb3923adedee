#include "store/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "push/core/check.hpp"
#include "push/core/text.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr int kBinary = 1;
constexpr std::size_t kMaxStatements = 512;  // of one connection; all of ours are fewer
// "Cached plan must not change result type", after somebody has altered a table; and a statement that is not there.
constexpr std::string_view kPlanIsOld = "0A000";
constexpr std::string_view kNoStatement = "26000";

// Whatever the database, its user or the connection string set: what this program counts on.
constexpr const char* kSession =
    "SET standard_conforming_strings = on; SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO';"
    " SET default_transaction_isolation = 'read committed'; SET idle_in_transaction_session_timeout = '1s'";
// A statement that waits for a lock that somebody else holds gives up long before its request does. The server looks
// after a client that has gone: what it holds is free again after about ten seconds.
constexpr const char* kNoLimits = "; SET statement_timeout = 0; SET lock_timeout = 0";
constexpr const char* kLimits =
    "; SET statement_timeout = '10s'; SET lock_timeout = '2s'; SET tcp_keepalives_idle = 4;"
    " SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '10s'";

// What a refusal means for whoever runs the database, in front of the server's own words.
std::string_view meaning(std::string_view state) {
  if (state == "25006") return "the database is read-only";
  if (state == "53100") return "the database's disk is full";
  if (state == kLockTimeout) return "another session holds a lock on the database";
  if (state == "57014") return "the database took too long";
  return "the database refused";
}

// The text of libpq, which may have several lines.
std::string one_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  std::erase(line, '\t');
  std::replace(line.begin(), line.end(), '\n', ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::int64_t number_from(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char c : bytes) bits = bits << 8U | static_cast<unsigned char>(c);
  switch (bytes.size()) {
    case 2:
      return static_cast<std::int16_t>(bits);
    case 4:
      return static_cast<std::int32_t>(bits);
    default:
      return static_cast<std::int64_t>(bits);
  }
}

// Libpq wants parameters as parallel arrays.
struct Arrays {
  explicit Arrays(const std::vector<Parameter>& parameters) {
    for (const Parameter& one : parameters) {
      types.push_back(one.type);
      values.push_back(one.null ? nullptr : one.bytes.c_str());
      lengths.push_back(static_cast<int>(one.bytes.size()));
      formats.push_back(kBinary);
    }
  }
  int count() const { return static_cast<int>(types.size()); }
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

}  // namespace

core::Error unreachable() {
  return core::failure(core::ErrorCode::unavailable, "the database cannot be reached");
}

// ---- rows

void Rows::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

int Rows::size() const {
  return PQntuples(result_.get());
}

int Rows::columns() const {
  return PQnfields(result_.get());
}

std::int64_t Rows::affected() const {
  const char* const text = PQcmdTuples(result_.get());
  return *text == '\0' ? 0 : std::strtoll(text, nullptr, 10);
}

bool Row::null(int column) const {
  return PQgetisnull(rows_->get(), index_, column) != 0;
}

std::string_view Row::text(int column) const {
  const auto size = static_cast<std::size_t>(PQgetlength(rows_->get(), index_, column));
  return {PQgetvalue(rows_->get(), index_, column), size};
}

std::int64_t Row::integer(int column) const {
  const std::string_view bytes = text(column);
  if (PQfformat(rows_->get(), column) == kBinary) return number_from(bytes);
  if (PQftype(rows_->get(), column) == oid::kBool) return bytes == "t" ? 1 : 0;
  return std::strtoll(std::string(bytes).c_str(), nullptr, 10);
}

std::optional<core::WallTime> Row::time(int column) const {
  if (null(column)) return std::nullopt;
  return time_from_2000(number_from(text(column)));
}

// ---- the connection

void Connection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

Result<Connection> Connection::open(const ConnectionString& where, Use use) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : where.parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  Connection made(PQconnectdbParams(names.data(), values.data(), 0), where.prepares, use);
  pg_conn* const handle = made.connection_.get();
  if (handle == nullptr || PQstatus(handle) != CONNECTION_OK) {
    return core::failure(core::ErrorCode::unavailable,
                         "cannot connect to " + where.description + ": " + one_line(PQerrorMessage(handle)));
  }
  PQsetNoticeProcessor(
      handle, [](void*, const char*) {}, nullptr);
  PQsetnonblocking(handle, 1);
  const std::string session = std::string(kSession) + (use == Use::patient ? kNoLimits : kLimits);
  if (auto set = made.run(session); !set) return set.error();
  return made;
}

core::Error Connection::lose(const std::string& why) {
  fate_ = Fate::lost;
  connection_.reset();
  names_.clear();
  return core::failure(core::ErrorCode::unavailable, "the connection to the database was lost: " + why);
}

// An error that the server sends before it closes the connection says no more than a lost connection does.
core::Error Connection::refusal(const Rows& rows) {
  const char* const state = PQresultErrorField(rows.get(), PG_DIAG_SQLSTATE);
  const char* const text = PQresultErrorField(rows.get(), PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD || std::strncmp(state, "57P", 3) == 0) {
    return lose(text != nullptr ? one_line(text) : one_line(PQresultErrorMessage(rows.get())));
  }
  fate_ = Fate::refused;
  state_ = state;
  if (is_stale()) names_.clear();
  return core::failure(core::ErrorCode::unavailable,
                       std::string(meaning(state_)) + ": " + one_line(text) + " (" + state_ + ")");
}

bool Connection::is_stale() const {
  return fate_ == Fate::refused && (state_ == kPlanIsOld || state_ == kNoStatement);
}

// What comes without a question is why the server is about to close the connection, or its end.
bool Connection::usable() {
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  pollfd waiting{PQsocket(connection_.get()), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 0;
}

int Connection::process() const {
  return connection_ ? PQbackendPID(connection_.get()) : 0;
}

void Connection::allow_time() {
  deadline_ = use_ == Use::patient ? core::SteadyTime::max() : core::steady_now() + patience();
}

void Connection::begin() {
  PUSH_CHECK(connection_);
  fate_ = Fate::done;
  state_.clear();
  allow_time();
}

// Until one of the events, reading what has come.
Result<void> Connection::poll_until_deadline(short events) {
  pg_conn* const handle = connection_.get();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::min<core::SteadyTime::duration>(deadline_ - core::steady_now(), patience()));
  if (left.count() <= 0) return lose("no answer within " + std::to_string(patience() / std::chrono::seconds(1)) + " s");
  pollfd waiting{PQsocket(handle), events, 0};
  if (::poll(&waiting, 1, static_cast<int>(left.count()) + 1) < 0 && errno != EINTR) return lose(std::strerror(errno));
  if (waiting.revents != 0 && (waiting.revents & ~POLLOUT) != 0 && PQconsumeInput(handle) == 0) {
    return lose(one_line(PQerrorMessage(handle)));
  }
  return {};
}

// Until there is something to read, sending what is left meanwhile.
Result<void> Connection::wait() {
  const int unsent = PQflush(connection_.get());
  if (unsent < 0) return lose(one_line(PQerrorMessage(connection_.get())));
  return poll_until_deadline(static_cast<short>(unsent != 0 ? POLLIN | POLLOUT : POLLIN));
}

// Until everything is sent.
Result<void> Connection::flush() {
  for (;;) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return lose(one_line(PQerrorMessage(connection_.get())));
    if (unsent == 0) return {};
    if (auto waited = poll_until_deadline(POLLIN | POLLOUT); !waited) return waited;
  }
}

Result<std::optional<Rows>> Connection::read() {
  // What was sent must have left before the server can answer.
  while (PQflush(connection_.get()) != 0 || PQisBusy(connection_.get()) != 0) {
    if (auto waited = wait(); !waited) return waited.error();
  }
  pg_result* const result = PQgetResult(connection_.get());
  if (result == nullptr) return std::optional<Rows>();
  return std::optional<Rows>(Rows(result));
}

Result<std::optional<Rows>> Connection::next() {
  auto rows = read();
  if (!rows || !*rows) return rows;
  switch (PQresultStatus((*rows)->get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_EMPTY_QUERY:
      answered_ = true;
      return rows;
    default:
      break;
  }
  return fail(**std::move(rows));
}

// Reads the rest of the answer, of which there is none but the end.
core::Error Connection::fail(const Rows& failed) {
  while (connection_ && PQstatus(connection_.get()) == CONNECTION_OK) {
    const auto more = read();
    if (!more) return more.error();
    if (!*more) break;
  }
  return refusal(failed);
}

Result<std::string> Connection::prepared(std::string_view sql, const std::vector<Parameter>& parameters) {
  if (const auto known = names_.find(sql.data()); known != names_.end()) return known->second;
  PUSH_CHECK(names_.size() < kMaxStatements);
  const std::string name = "s" + std::to_string(++prepared_);
  const Arrays arrays(parameters);
  if (PQsendPrepare(connection_.get(), name.c_str(), std::string(sql).c_str(), arrays.count(), arrays.types.data()) ==
      0) {
    return lose(one_line(PQerrorMessage(connection_.get())));
  }
  for (;;) {
    const auto rows = next();
    if (!rows) return rows.error();
    if (!*rows) break;
  }
  names_.emplace(sql.data(), name);
  return name;
}

Result<void> Connection::send(std::string_view sql, const std::vector<Parameter>& parameters, bool row_by_row) {
  if (!connection_) return core::failure(core::ErrorCode::unavailable, "there is no connection to the database");
  begin();
  const Arrays arrays(parameters);
  int sent = 0;
  if (prepares_) {
    const auto name = prepared(sql, parameters);
    if (!name) return name.error();
    sent = PQsendQueryPrepared(connection_.get(), name->c_str(), arrays.count(), arrays.values.data(),
                               arrays.lengths.data(), arrays.formats.data(), kBinary);
  } else {
    sent = PQsendQueryParams(connection_.get(), std::string(sql).c_str(), arrays.count(), arrays.types.data(),
                             arrays.values.data(), arrays.lengths.data(), arrays.formats.data(), kBinary);
  }
  if (sent == 0) return lose(one_line(PQerrorMessage(connection_.get())));
  if (row_by_row) PQsetSingleRowMode(connection_.get());
  return {};
}

Result<Rows> Connection::query_with(std::string_view sql, const std::vector<Parameter>& parameters) {
  auto answer = ask(sql, parameters);
  return !answer && is_stale() ? ask(sql, parameters) : std::move(answer);
}

Result<Rows> Connection::ask(std::string_view sql, const std::vector<Parameter>& parameters) {
  if (auto sent = send(sql, parameters, false); !sent) return sent.error();
  std::optional<Rows> answer;
  for (;;) {
    auto rows = next();
    if (!rows) return rows.error();
    if (!*rows) break;
    answer = **std::move(rows);
  }
  PUSH_CHECK(answer);
  return *std::move(answer);
}

Result<std::vector<Rows>> Connection::run(const std::string& text) {
  if (!connection_) return core::failure(core::ErrorCode::unavailable, "there is no connection to the database");
  begin();
  if (PQsendQuery(connection_.get(), text.c_str()) == 0) return lose(one_line(PQerrorMessage(connection_.get())));
  std::vector<Rows> answers;
  for (;;) {
    auto rows = next();
    if (!rows) return rows.error();
    if (!*rows) return answers;
    answers.push_back(**std::move(rows));
  }
}

// ---- NOTIFY

void Connection::take_notifications(std::vector<std::string>& texts) {
  while (PGnotify* const told = PQnotifies(connection_.get())) {
    texts.emplace_back(told->extra);
    PQfreemem(told);
  }
}

// Some may have arrived together with the answer to a query.
Result<std::vector<std::string>> Connection::notifications(std::chrono::milliseconds patience) {
  if (!connection_) return core::failure(core::ErrorCode::unavailable, "there is no connection to the database");
  std::vector<std::string> texts;
  take_notifications(texts);
  pollfd waiting{PQsocket(connection_.get()), POLLIN, 0};
  const int timeout = texts.empty() ? static_cast<int>(patience.count()) : 0;
  if (::poll(&waiting, 1, timeout) < 0 && errno != EINTR) return lose(std::strerror(errno));
  if (waiting.revents != 0 && PQconsumeInput(connection_.get()) == 0) {
    return lose(one_line(PQerrorMessage(connection_.get())));
  }
  take_notifications(texts);
  return texts;
}

// ---- COPY

Result<void> Connection::begin_copy(const std::string& sql) {
  if (!connection_) return core::failure(core::ErrorCode::unavailable, "there is no connection to the database");
  begin();
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return lose(one_line(PQerrorMessage(connection_.get())));
  auto rows = read();
  if (!rows) return rows.error();
  PUSH_CHECK(*rows);
  if (PQresultStatus((*rows)->get()) == PGRES_COPY_IN) return {};
  return fail(**std::move(rows));
}

Result<void> Connection::copy(std::string_view lines) {
  if (!connection_) return core::failure(core::ErrorCode::unavailable, "there is no connection to the database");
  allow_time();
  if (PQputCopyData(connection_.get(), lines.data(), static_cast<int>(lines.size())) != 1) {
    return lose(one_line(PQerrorMessage(connection_.get())));
  }
  return flush();
}

Result<std::int64_t> Connection::end_copy() {
  if (!connection_) return core::failure(core::ErrorCode::unavailable, "there is no connection to the database");
  allow_time();
  if (PQputCopyEnd(connection_.get(), nullptr) != 1) return lose(one_line(PQerrorMessage(connection_.get())));
  std::int64_t copied = 0;
  for (;;) {
    const auto rows = next();
    if (!rows) return rows.error();
    if (!*rows) return copied;
    copied = (*rows)->affected();
  }
}

}  // namespace push::store::postgres
