// What retention reads and deletes in PostgreSQL. A slice is one round trip of the writer.
#pragma once
#include <optional>
#include <vector>

#include "store/postgres/reader_pool.hpp"
#include "store/postgres/transaction.hpp"
#include "store/retention_tables.hpp"
#include "store/slice_size.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

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

  // Some of the applications whose rule a node may have changed since the last call.
  core::Result<std::vector<core::ApplicationId>> take_changed_rules();

 private:
  // What a slice is going to delete.
  struct Slice {
    std::vector<std::int64_t> ids;  // ascending
    core::MessageId up_to{};
    bool last = false;  // no message of the application stays below the last of them
  };
  core::Result<Slice> find_slice(const Deletion& deletion);

  Writer& writer_;
  ReaderPool& readers_;
  SliceSize rows_{512};                      // the purge thread's, as what follows
  std::optional<std::int64_t> heard_up_to_;  // in the event log
};

}  // namespace push::store::postgres
