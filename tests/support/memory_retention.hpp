// Retention in the store in memory: applied before every call, in full.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>

#include "push/core/patient_clock.hpp"
#include "store/rules.hpp"
#include "support/memory_rows.hpp"

namespace push::test {

class MemoryRetention : public MemoryRows {
 public:
  core::WallClock clock = &core::wall_now;  // by which clients expire and messages age
  config::Retention configured;             // for applications without a rule
  std::map<core::ApplicationId, store::Retention> rules;
  std::map<core::UserId, core::MessageId> floors;

 protected:
  store::Retention rule(core::ApplicationId application) const {
    const auto own = rules.find(application);
    return own == rules.end() ? store::Retention() : own->second;
  }
  core::MessageId floor(core::UserId user) const {
    const auto found = floors.find(user);
    return found == floors.end() ? core::MessageId{} : found->second;
  }
  void set_rule(core::ApplicationId application, const store::Retention& wanted) {
    rules.erase(application);
    if (wanted != store::Retention()) rules.emplace(application, wanted);
  }

  void apply_retention() {
    std::erase_if(rules, [this](const auto& row) { return !first(applications, has(row.first)); });
    for (const model::Application& application : applications) {
      const auto in_force = store::in_force(rule(application.id), configured);
      const auto too_old = store::too_old(in_force, clock());
      auto newer = static_cast<std::uint64_t>(std::count_if(
          messages.begin(), messages.end(), [&](const auto& row) { return row.application == application.id; }));
      std::erase_if(messages, [&](const model::Message& row) {
        if (row.application != application.id) return false;
        --newer;
        const bool old = too_old && row.date != core::kNoTime && row.date <= *too_old;
        const bool deleted = old || (*in_force.count > 0 && newer >= *in_force.count);
        if (deleted) floors[application.user] = std::max(floors[application.user], row.id);
        return deleted;
      });
    }
  }
};

}  // namespace push::test
