// What the purges of messages read and delete in SQLite. Reads have a reader of their own; deletions run on the writer
// thread.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/purges.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

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
};

}  // namespace push::store::sqlite
