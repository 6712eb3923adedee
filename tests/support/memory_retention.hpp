// Retention in the store in memory: applied before every call, in full.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "push/model/event.hpp"
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

  // The events of what it has deleted.
  template <class Forget>
  std::vector<model::Event> apply_retention(Forget forget) {
    std::erase_if(rules, [this](const auto& row) { return !first(applications, has(row.first)); });
    std::vector<model::Event> events;
    for (const model::Application& application : applications) {
      std::vector<core::MessageId> deleted = to_delete(application);
      if (deleted.empty()) continue;
      std::erase_if(messages, [&deleted](const model::Message& row) {
        return std::binary_search(deleted.begin(), deleted.end(), row.id);
      });
      std::for_each(deleted.begin(), deleted.end(), forget);
      core::MessageId& highest = floors[application.user];
      highest = std::max(highest, deleted.back());
      events.push_back(event_of(application, std::move(deleted)));
    }
    return events;
  }

 private:
  std::vector<core::MessageId> to_delete(const model::Application& application) const {
    const auto is_its = [&application](const model::Message& row) { return row.application == application.id; };
    const auto in_force = store::in_force(rule(application.id), configured);
    const auto too_old = store::too_old(in_force, clock());
    auto newer = static_cast<std::uint64_t>(std::count_if(messages.begin(), messages.end(), is_its));
    std::vector<core::MessageId> ids;
    for (const model::Message& row : messages) {
      if (!is_its(row)) continue;
      --newer;
      const bool old = too_old && row.date != core::kNoTime && row.date <= *too_old;
      if (old || (*in_force.count > 0 && newer >= *in_force.count)) ids.push_back(row.id);
    }
    return ids;
  }
  model::Event event_of(const model::Application& application, std::vector<core::MessageId> ids) const {
    model::Event event{{}, application.user, clock(), model::Event::Kind::deleted, {}, {}, application.id};
    event.up_to = ids.back();
    const bool some_stay = std::any_of(messages.begin(), messages.end(), [&](const model::Message& row) {
      return row.application == application.id && row.id < event.up_to;
    });
    if (some_stay) {
      event.up_to = {};
      event.application = {};
      event.ids = std::move(ids);
    }
    return event;
  }
};

}  // namespace push::test
