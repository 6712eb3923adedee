#include "store/import/target.hpp"

#include <utility>

#include "push/core/clock.hpp"
#include "push/core/random.hpp"
#include "store/postgres/database.hpp"
#include "store/postgres/rows.hpp"
#include "store/postgres/script.hpp"

namespace push::store::importing {
namespace {

using core::Result;

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kEpochLength = 12;
constexpr const char* kNode = "import";

constexpr std::string_view kIsThere = "SELECT to_regclass(quote_ident($1)) IS NOT NULL";
constexpr std::string_view kNote =
    "SELECT max(value) FILTER (WHERE key = 'import'), max(value) FILTER (WHERE key = 'import_state')"
    " FROM sharded_gotify_meta";
constexpr std::string_view kEncoding = "SELECT current_setting('server_encoding')";
// One transaction for all: slow statements, a slow disk of the source and the wait for Gotify's last write are no
// fault. Without the write lock: nobody else writes to these tables, and a server on another schema may go on.
constexpr const char* kBegin =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s';"
    " SET LOCAL idle_in_transaction_session_timeout = 0;"
    " LOCK TABLE users, applications, messages, clients, plugin_confs IN SHARE ROW EXCLUSIVE MODE";
constexpr std::string_view kStorePicture =
    "INSERT INTO sharded_gotify_images (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data ="
    " excluded.data, stored_at = excluded.stored_at";
constexpr std::string_view kSequenceOf =
    "SELECT pg_get_serial_sequence($1, 'id'), coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, "
    "'id')::regclass),"
    " 0)";

}  // namespace

Result<Target> Target::open(const config::Database& settings) {
  const auto where = postgres::ConnectionString::parse(settings.connection);
  if (!where) return where.error();
  auto session = std::make_unique<postgres::Session>(*where, kNode, config::BusKind::none);
  if (auto opened = session->open(postgres::Session::kPatience); !opened) return opened.error();
  const auto connection = session->use();
  if (!connection) return connection.error();
  Target target(std::make_unique<postgres::ConnectionString>(*where), std::move(session), *connection);
  const auto encoding = postgres::one(*target.connection_, read_text<postgres::Row>, kEncoding);
  if (!encoding) return target.named(encoding.error());
  if (*encoding != "UTF8") {
    return target.named(core::failure(core::ErrorCode::invalid, "its encoding is " + encoding->value_or("unknown") +
                                                                    ": create it with --encoding=UTF8"));
  }
  return target;
}

core::Error Target::named(core::Error error) const {
  if (error.text.find(description()) == std::string::npos) error.text = description() + ": " + error.text;
  return error;
}

Result<void> Target::run(const std::string& text) {
  if (auto done = connection_->run(text); !done) return named(done.error());
  return {};
}

Result<std::optional<Note>> Target::note() {
  const auto there =
      postgres::one(*connection_, read_integer<postgres::Row>, kIsThere, std::string_view("sharded_gotify_meta"));
  if (!there) return named(there.error());
  if (there->value_or(0) == 0) return std::optional<Note>();
  const auto found = postgres::one(
      *connection_,
      [](const postgres::Row& row) {
        return Note{std::string(row.text(0)), std::string(row.text(1))};
      },
      kNote);
  if (!found) return named(found.error());
  return *found && !(*found)->when.empty() ? *found : std::optional<Note>();
}

Result<std::string> Target::rows() {
  std::string list;
  for (const Table& table : imported_tables(0)) {
    if (table.name.starts_with("sharded_")) continue;
    const auto there = postgres::one(*connection_, read_integer<postgres::Row>, kIsThere, table.name);
    if (!there) return named(there.error());
    if (there->value_or(0) == 0) continue;
    // Not how many: there may be very many.
    const auto answers = connection_->run("SELECT 1 FROM " + quoted(table.name) + " LIMIT 1");
    if (!answers) return named(answers.error());
    if (!answers->front().empty()) list += (list.empty() ? "" : ", ") + std::string(table.name);
  }
  return list;
}

Result<void> Target::begin() {
  const auto prepared = postgres::prepare(*session_, *where_, core::wall_now());
  if (!prepared) return named(prepared.error());
  if (auto begun = run(kBegin); !begun) return begun;
  // This program is no node that others would wait for.
  postgres::Script script;
  script.add("DELETE FROM sharded_gotify_nodes WHERE node = $1", std::string_view(session_->node()));
  script.add("DELETE FROM sharded_gotify_batches WHERE node = $1", std::string_view(session_->node()));
  if (auto forgotten = run(script.text()); !forgotten) return forgotten;
  std::string own;
  for (const Table& table : imported_tables(0)) {
    if (table.name.starts_with("sharded_")) own += (own.empty() ? "TRUNCATE " : ", ") + quoted(table.name);
  }
  return run(own);
}

Result<void> Target::begin_copy(const Table& table) {
  std::string list;
  for (const Column& column : table.columns) list += (list.empty() ? "" : ", ") + quoted(column.name);
  const auto begun = connection_->begin_copy("COPY " + quoted(table.name) + " (" + list + ") FROM STDIN");
  if (!begun) return named(begun.error());
  return {};
}

Result<void> Target::copy(std::string_view lines) {
  if (auto copied = connection_->copy(lines); !copied) return named(copied.error());
  return {};
}

Result<std::int64_t> Target::end_copy() {
  auto copied = connection_->end_copy();
  if (!copied) return named(copied.error());
  return copied;
}

Result<void> Target::analyze(const Table& table) {
  return run("ANALYZE " + quoted(table.name));
}

Result<Extract> Target::extract(const Table& table, std::optional<std::int64_t> after,
                                std::optional<std::int64_t> up_to) {
  const std::string key = quoted(table.columns.front().name);
  std::string sql = Encoder::extract_sql(table) + " FROM " + quoted(table.name) + " WHERE true";
  if (after) sql += " AND " + key + " > " + std::to_string(*after);
  if (up_to) sql += " AND " + key + " <= " + std::to_string(*up_to);
  const auto answers = connection_->run(sql);
  if (!answers) return named(answers.error());
  const postgres::Row row = answers->front()[0];
  return Extract{row.natural(0), row.natural(1), up_to.value_or(0)};
}

Result<void> Target::store_picture(std::string_view name, std::string_view bytes) {
  const auto stored = connection_->query(kStorePicture, name, postgres::Blob{bytes});
  if (!stored) return named(stored.error());
  return {};
}

Result<void> Target::raise_sequence(std::string_view table, std::int64_t last) {
  const auto rows = connection_->query(kSequenceOf, table);
  if (!rows) return named(rows.error());
  const postgres::Row row = (*rows)[0];
  if (last <= row.integer(1)) return {};
  postgres::Script script;
  script.add("SELECT setval($1, $2)", row.text(0), last);
  return run(script.text());
}

Result<void> Target::begin_epoch(std::int64_t message, std::int64_t event) {
  postgres::Script script;
  const std::string name = core::random_letters(kLetters, kEpochLength);
  script.add("INSERT INTO sharded_gotify_epochs (name, message_id, event_id) VALUES ($1, $2, $3)",
             std::string_view(name), message, event);
  return run(script.text());
}

Result<void> Target::commit(const Note& note) {
  postgres::Script script;
  const auto put = [&script](std::string_view key, std::string_view value) {
    script.add(
        "INSERT INTO sharded_gotify_meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value ="
        " excluded.value",
        key, value);
  };
  put("import", note.when);
  put("import_state", note.state);
  if (auto noted = run(script.text()); !noted) return noted;
  auto committed = connection_->run("COMMIT");
  if (committed) return {};
  core::Error error = named(committed.error());
  if (connection_->fate() == postgres::Fate::lost) {
    error.code = core::ErrorCode::internal;
    error.text = "it is not known whether the import was committed; run it again, which tells: " + error.text;
  }
  return error;
}

}  // namespace push::store::importing
