// What the server has acknowledged against what it has. Senders record every id answered with 200; the audits compare
// them with the stored messages and with those that a listener received.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "push/core/mutex.hpp"

namespace push::support {

using Texts = std::map<std::uint64_t, std::string>;  // message id → its text

// Any thread.
class Ledger {
 public:
  void acknowledge(std::uint64_t id, const std::string& text);
  std::size_t size() const;
  Texts acknowledged() const;
  // Ids that two messages got.
  std::vector<std::uint64_t> given_twice() const;

 private:
  mutable core::Mutex mutex_;
  Texts acknowledged_ PUSH_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> given_twice_ PUSH_GUARDED_BY(mutex_);
};

using Ids = std::vector<std::uint64_t>;

struct StoreAudit {
  Ids lost;     // acknowledged, not stored
  Ids changed;  // stored with another text
};
StoreAudit audit_store(const Texts& acknowledged, const Texts& stored);

struct ListenerAudit {
  Ids missing;       // acknowledged, not received
  Ids repeated;      // received again
  Ids out_of_order;  // received after a greater one
  Ids unknown;       // received, not acknowledged
};
ListenerAudit audit_listener(const Texts& acknowledged, const Ids& received);

}  // namespace push::support
