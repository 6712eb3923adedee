// What the purges of messages read and delete in PostgreSQL. A slice is one round trip of the writer.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "store/postgres/changes.hpp"
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
  struct Slice {
    std::optional<std::int64_t> messages{};  // none: the answers were lost
    std::int64_t up_to = 0;                  // the last of them
    bool alone = false;                      // of the first application only
    std::chrono::microseconds took{};
  };
  enum class Whose { existing_ones_too, deleted_ones };
  Plan<Slice> delete_some(Transaction& transaction, std::span<const core::ApplicationId> applications,
                          core::MessageId bound, Whose whose);
  std::size_t note(const Slice& slice, std::span<const core::ApplicationId> applications);

  Writer& writer_;
  ReaderPool& readers_;
  // The purge thread's (and the writer's, while that waits for it).
  SliceSize rows_{kMostRows};
  std::map<core::ApplicationId, std::int64_t> deleted_up_to_;  // of those with many messages
};

}  // namespace push::store::postgres
