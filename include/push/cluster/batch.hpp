// What one node tells the others of a transaction.
#pragma once
#include <vector>

#include "push/core/bytes.hpp"
#include "push/core/ids.hpp"

namespace push::cluster {

struct Item {
  core::MessageId id{};
  core::ApplicationId application{};
  core::UserId user{};
  core::Slice json;  // as model::append_json prints the message
};

// The messages of a transaction, or of a part of one. Batches form a chain: `previous` is the newest id before it, of
// any node, and `last` the newest with it, which need not be that of an item (an id may be used up without a message).
struct Batch {
  core::MessageId previous{};
  core::MessageId last{};
  std::vector<Item> items;  // by id; all of it, unless `bare`
  bool bare = false;        // only says that there is something: the messages are in the store
};

}  // namespace push::cluster
