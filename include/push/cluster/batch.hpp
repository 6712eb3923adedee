// What one node announces to the others about a transaction.
#pragma once
#include <vector>

#include "push/core/bytes.hpp"
#include "push/core/ids.hpp"

namespace push::cluster {

struct Item {
  core::MessageId id{};
  core::ApplicationId application{};
  core::UserId user{};
  core::Slice json;  // the message as model::append_json writes it
};

// The messages of a transaction, or of a part of one. Batches form a chain: `previous` is the newest id before this
// batch, of any node, and `last` its own newest id, which need not be that of an item (an id may be used up without a
// message).
struct Batch {
  core::MessageId previous{};
  core::MessageId last{};
  std::vector<Item> items;  // by id; all messages, unless `bare`
  bool bare = false;        // without messages: they have to be read from the store
};

}  // namespace push::cluster
