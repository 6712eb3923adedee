// Which messages a user has read (tables sharded_gotify_read_marks and sharded_gotify_read): all up to a mark, and some
// above it. Ids that the mark has passed count no more, and are removed little by little.
#pragma once
#include <cstdint>

#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

// For a message that is being deleted. Writer thread.
core::Result<void> forget_read(Database& database, core::MessageId message);

}  // namespace push::store::sqlite
