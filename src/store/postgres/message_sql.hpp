// The statement that stores a batch of messages.
#pragma once
#include <cstdint>
#include <string>

namespace push::store::postgres {

// Rows of batches behind the newest of the node: as long as the transaction of one of them may still arrive.
inline constexpr std::int64_t kBatchesKept = 100'000;

// Whether some messages have idempotency keys.
enum class Keys { none, some };

// Parameters: 1 applications, 2 texts, 3 titles, 4 priorities, 5 extras, 6 dates (arrays of one length), 7 batch,
// 8 node; with keys: 9 keys, 10 contents (arrays; NULL: no key), 11 now, 12 what is older than now and over, in
// nanoseconds. Columns of the answer: the last id before (NULL: none), position (from 1), id, whether it is stored
// (false: its key is known), and what `notify` is unless it is empty (notice.hpp). A position that is missing had no
// application. No row at all would be a fault.
std::string message_sql(const std::string& sequence, Keys keys, const std::string& notify = {});

}  // namespace push::store::postgres
