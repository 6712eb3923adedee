// What retention reads and deletes in SQLite. Reads have a reader of their own; deletions run on the writer thread.
#pragma once
#include <optional>
#include <vector>

#include "store/retention_tables.hpp"
#include "store/slice_size.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/transaction.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

class RetentionTables final : public store::RetentionTables {
 public:
  // Both must outlive this.
  RetentionTables(Writer& writer, ReaderPool& readers) : writer_(writer), readers_(readers) {}

  core::Result<std::optional<OwnedRule>> find_rule(core::ApplicationId application) override;
  core::Result<std::vector<core::ApplicationId>> applications_after(core::ApplicationId after, Which which) override;
  core::Result<Posted> posted_after(core::MessageId after) override;
  core::Result<std::optional<core::MessageId>> nth_newest(core::ApplicationId application, std::uint64_t n) override;
  core::Result<bool> list_ids(core::ApplicationId application, core::MessageId after, core::MessageId before,
                              Take take) override;
  core::Result<bool> list_dates(core::ApplicationId application, core::MessageId after, Take take) override;
  core::Result<Deleted> delete_some(const Deletion& deletion) override;

 private:
  core::Result<Deleted> delete_slice(Transaction& transaction, const Deletion& deletion);
  core::Result<std::vector<core::MessageId>> delete_ranges(Database& database, const Deletion& deletion,
                                                           core::SteadyTime start, core::MessageId& up_to);

  Writer& writer_;
  ReaderPool& readers_;
  SliceSize rows_{128};  // that one statement deletes; the writer thread's
};

}  // namespace push::store::sqlite
