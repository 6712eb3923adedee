// What the purges of messages read and delete in PostgreSQL. A slice is one round trip of the writer.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "store/postgres/reader_pool.hpp"
#include "store/postgres/transaction.hpp"
#include "store/purges.hpp"
#include "store/slice_size.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

// A transaction costs one or two milliseconds however little it deletes: the planning of its statements and a commit.
// So its rows may take that long again, and the time that is asked for (of a writer that need not leave its thread) is
// not looked at.
inline constexpr std::int64_t kMostRows = 1024;  // of a slice
inline constexpr std::chrono::microseconds kRowsTime{3000};

// How long the statements of a script took in the database, from this on to the other one: without the wait for the
// lock, and without the commit.
Answer note_clock(Transaction& transaction);
// Zero if the answers were lost.
std::chrono::microseconds between(const Answer& begin, const Answer& end);

class PurgeTables final : public store::PurgeTables {
 public:
  // Both must outlive this.
  PurgeTables(Writer& writer, ReaderPool& readers) : writer_(writer), readers_(readers) {}

  core::Result<std::vector<core::ApplicationId>> applications_of(core::UserId user) override;
  core::Result<core::UserId> owner_of(core::ApplicationId application) override;
  core::Result<std::vector<core::ApplicationId>> noted() override;
  core::Result<Deleted> delete_messages(std::span<const core::ApplicationId> applications, core::MessageId bound,
                                        const std::optional<model::Event>& event,
                                        std::chrono::microseconds time) override;
  core::Result<std::int64_t> delete_noted(std::span<const core::ApplicationId> applications,
                                          std::chrono::microseconds time) override;

 private:
  Writer& writer_;
  ReaderPool& readers_;
  SliceSize rows_{kMostRows};  // the purge thread's
};

}  // namespace push::store::postgres
