#include "push/store/import.hpp"

#include <numeric>
#include <optional>
#include <utility>

#include "push/core/clock.hpp"
#include "store/import/encoder.hpp"
#include "store/import/source.hpp"
#include "store/import/tables.hpp"
#include "store/import/target.hpp"
#include "store/postgres/value.hpp"

namespace push::store {
namespace importing {
namespace {

using core::Result;

constexpr std::size_t kPart = 256 * 1024;       // of lines that are sent at once
constexpr std::size_t kCopy = 4 * 1024 * 1024;  // of lines in one COPY, and in one check, which must not take long

core::Error refused(std::string text) {
  return core::failure(core::ErrorCode::invalid, std::move(text));
}

class Import {
 public:
  Import(ImportRequest& request, Source source, Target target)
      : request_(request),
        source_(std::move(source)),
        target_(std::move(target)),
        tables_(imported_tables(core::wall_now().time_since_epoch().count())) {}

  Result<ImportReport> run();

 private:
  struct Copied {
    std::uint64_t rows = 0;
    std::int64_t last_id = 0;
    std::vector<Extract> extracts;
  };

  Result<void> look();
  Result<bool> is_done();
  Result<void> copy_all();
  Result<void> copy(const Table& table, Copied& copied);
  Result<bool> copy_some(const Table& table, sqlite::Query& rows, Encoder& encoder, Copied& copied);
  Result<void> check(const Table& table, const Copied& copied);
  Result<void> copy_pictures();
  Result<void> finish();
  std::int64_t last_of(std::string_view name) const;
  void tell(std::string_view step, std::uint64_t done, std::uint64_t total) { request_.progress({step, done, total}); }

  ImportRequest& request_;
  Source source_;
  Target target_;
  const std::vector<Table> tables_;
  std::vector<Copied> copied_;  // by table
  std::vector<std::uint64_t> counts_;
  std::uint64_t checked_ = 0;
  std::string state_;
  Changes changes_;
  ImportReport report_;
};

Result<ImportReport> Import::run() {
  report_.target = target_.description();
  if (auto looked = look(); !looked) return looked.error();
  const auto done = is_done();
  if (!done) return done.error();
  if (*done) return std::move(report_);
  if (auto begun = target_.begin(); !begun) return begun.error();
  // Gotify may have been here while the tables were made.
  if (const auto rows = target_.rows(); !rows || !rows->empty()) {
    return rows ? refused(target_.description() + ": somebody else is writing to it: " + *rows) : rows.error();
  }
  for (const auto step : {&Import::copy_all, &Import::copy_pictures, &Import::finish}) {
    if (auto stepped = (this->*step)(); !stepped) return stepped.error();
  }
  report_.changes = changes_.list();
  return std::move(report_);
}

// How many rows there are, and the state by which this one is known again.
Result<void> Import::look() {
  for (const Table& table : tables_) {
    const auto count = source_.count(table);
    if (!count) return count.error();
    const auto last = table.sequence ? source_.last_id(table) : Result<std::int64_t>(0);
    if (!last) return last.error();
    counts_.push_back(*count);
    copied_.push_back({0, *last, {}});
    if (!table.name.starts_with("sharded_")) {
      state_ += (state_.empty() ? "" : " ") + std::string(table.name) + "=" + std::to_string(*count) + "/" +
                std::to_string(*last);
    }
  }
  return {};
}

// Whether the target has the same data already. Refuses one that has others.
Result<bool> Import::is_done() {
  const auto note = target_.note();
  if (!note) return note.error();
  const auto rows = target_.rows();
  if (!rows) return rows.error();
  if (rows->empty()) return false;
  if (*note && (*note)->state == state_) {
    report_.former = (*note)->when;
    return true;
  }
  const std::string origin = *note ? " (imported at " + (*note)->when + ", from other data)" : std::string();
  return refused(target_.description() + " has data already, in " + *rows + origin +
                 ": import needs an empty database; create a new one");
}

Result<void> Import::copy_all() {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (auto copied = copy(tables_[i], copied_[i]); !copied) return copied;
  }
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (auto checked = check(tables_[i], copied_[i]); !checked) return checked;
    report_.tables.push_back({std::string(tables_[i].name), copied_[i].rows});
  }
  return {};
}

Result<void> Import::copy(const Table& table, Copied& copied) {
  const std::uint64_t total = counts_[static_cast<std::size_t>(&table - tables_.data())];
  tell(table.name, 0, total);
  auto rows = source_.rows(table);
  if (!rows) return rows.error();
  Encoder encoder(table, changes_);
  for (bool more = true; more;) {
    const auto some = copy_some(table, *rows, encoder, copied);
    if (!some) return core::failure(some.error().code, std::string(table.name) + ": " + some.error().text);
    more = *some;
  }
  return target_.analyze(table);
}

// One COPY. False: there are no more rows.
Result<bool> Import::copy_some(const Table& table, sqlite::Query& rows, Encoder& encoder, Copied& copied) {
  if (auto begun = target_.begin_copy(table); !begun) return begun.error();
  const std::uint64_t total = counts_[static_cast<std::size_t>(&table - tables_.data())];
  std::uint64_t here = 0;
  bool more = true;
  for (std::size_t sent = 0; more && sent < kCopy;) {
    while (encoder.lines().size() < kPart) {
      const auto row = rows.step();
      if (!row) return row.error();
      more = *row;
      if (!more) break;
      encoder.add(rows);
      ++here;
    }
    sent += encoder.lines().size();
    if (auto copy = target_.copy(encoder.lines()); !copy) return copy.error();
    encoder.lines().clear();
    tell(table.name, copied.rows + here, total);
  }
  const auto arrived = target_.end_copy();
  if (!arrived) return arrived.error();
  if (static_cast<std::uint64_t>(*arrived) != here) {
    return refused("of " + std::to_string(here) + " rows " + std::to_string(*arrived) + " have arrived");
  }
  copied.rows += here;
  copied.extracts.push_back(encoder.take_extract());
  return more;
}

// Piece by piece, so that each answer comes soon; together they are the whole table.
Result<void> Import::check(const Table& table, const Copied& copied) {
  const std::uint64_t total = counts_[static_cast<std::size_t>(&table - tables_.data())];
  if (copied.rows != total) {
    return refused(std::string(table.name) + ": of " + std::to_string(total) + " rows " + std::to_string(copied.rows) +
                   " were read");
  }
  std::optional<std::int64_t> after;
  for (std::size_t i = 0; i < copied.extracts.size(); ++i) {
    const Extract& wanted = copied.extracts[i];
    const bool last = i + 1 == copied.extracts.size();
    const auto found = target_.extract(table, after, last ? std::nullopt : std::optional(wanted.last));
    if (!found) return found.error();
    if (found->rows != wanted.rows || found->sum != wanted.sum) {
      return refused(std::string(table.name) + ": what has arrived differs, in the " + std::to_string(wanted.rows) +
                     " rows up to number " + std::to_string(wanted.last) + ": nothing was stored");
    }
    after = wanted.last;
    checked_ += wanted.rows;
    tell("check", checked_, std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}));
  }
  return {};
}

Result<void> Import::copy_pictures() {
  const auto names = source_.pictures();
  if (!names) return names.error();
  tell("pictures", 0, names->size());
  for (const std::string& name : *names) {
    const auto bytes =
        postgres::is_text(name) ? request_.picture(name) : Result<std::optional<std::string>>(std::nullopt);
    if (!bytes) return bytes.error();
    if (!*bytes) {
      report_.missing_pictures.push_back(name);
      continue;
    }
    if (auto stored = target_.store_picture(name, **bytes); !stored) return stored;
    tell("pictures", ++report_.pictures, names->size());
  }
  return {};
}

std::int64_t Import::last_of(std::string_view name) const {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].name == name) return copied_[i].last_id;
  }
  return 0;
}

Result<void> Import::finish() {
  for (const Table& table : tables_) {
    if (!table.sequence) continue;
    if (auto raised = target_.raise_sequence(table.name, last_of(table.name)); !raised) return raised;
  }
  if (auto begun = target_.begin_epoch(last_of("messages"), last_of("sharded_gotify_events")); !begun) return begun;
  if (auto committed = target_.commit({core::rfc3339(core::wall_now()), state_}); !committed) return committed;
  tell("done", 0, 0);
  return {};
}

}  // namespace
}  // namespace importing

core::Result<ImportReport> import_sqlite(ImportRequest request) {
  auto source = importing::Source::open(request.from, request.to.busytimeoutmilliseconds);
  if (!source) return source.error();
  auto target = importing::Target::open(request.to);
  if (!target) return target.error();
  return importing::Import(request, *std::move(source), *std::move(target)).run();
}

}  // namespace push::store
