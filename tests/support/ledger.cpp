#include "support/ledger.hpp"

#include <set>

namespace push::support {

void Ledger::acknowledge(std::uint64_t id, const std::string& text) {
  const core::Lock lock(mutex_);
  if (!acknowledged_.emplace(id, text).second) given_twice_.push_back(id);
}

std::size_t Ledger::size() const {
  const core::Lock lock(mutex_);
  return acknowledged_.size();
}

Texts Ledger::acknowledged() const {
  const core::Lock lock(mutex_);
  return acknowledged_;
}

std::vector<std::uint64_t> Ledger::given_twice() const {
  const core::Lock lock(mutex_);
  return given_twice_;
}

StoreAudit audit_store(const Texts& acknowledged, const Texts& stored) {
  StoreAudit audit;
  for (const auto& [id, text] : acknowledged) {
    const auto found = stored.find(id);
    if (found == stored.end()) {
      audit.lost.push_back(id);
    } else if (found->second != text) {
      audit.changed.push_back(id);
    }
  }
  return audit;
}

ListenerAudit audit_listener(const Texts& acknowledged, const Ids& received) {
  ListenerAudit audit;
  std::set<std::uint64_t> seen;
  for (const std::uint64_t id : received) {
    if (seen.contains(id)) {
      audit.repeated.push_back(id);
    } else if (!seen.empty() && id < *seen.rbegin()) {
      audit.out_of_order.push_back(id);
    }
    if (seen.insert(id).second && !acknowledged.contains(id)) audit.unknown.push_back(id);
  }
  for (const auto& [id, text] : acknowledged) {
    if (!seen.contains(id)) audit.missing.push_back(id);
  }
  return audit;
}

}  // namespace push::support
