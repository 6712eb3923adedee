#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>

#include "push/metrics/registry.hpp"
#include "push/store/open.hpp"
#include "reliability/postgres/bench.hpp"
#include "reliability/postgres/trials.hpp"
#include "store/lost_answers.hpp"

namespace push::trials {
namespace {

std::atomic<int> faults{0};

class Heard final : public store::EventListener {
 public:
  void on_event(const model::Event& event) override {
    const std::lock_guard lock(mutex_);
    ids_.push_back(std::to_string(core::value(event.id)));
  }
  std::vector<std::string> ids() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> ids_;
};

}  // namespace

void fault(const std::string& text) {
  ++faults;
  std::printf("fault: %s\n", text.c_str());
  std::fflush(stdout);
}

bool any_faults() {
  return faults > 0;
}

void cut(std::size_t step) {
  using store::LostAnswers;
  Heard heard;
  const std::string database = test::postgres().new_database();
  test::CuttingProxy proxy(database);
  Bench bench(proxy.connection());
  bench.store->set_event_listener(heard);
  const core::ApplicationId missing{core::value(bench.applications[1]) + 1000};
  LostAnswers trials({*bench.store, proxy, database, bench.user, bench.applications[0], bench.applications[1], missing,
                      [&heard] { return heard.ids(); }});
  struct Run {
    const char* name;
    void (LostAnswers::*run)(LostAnswers::Way, std::size_t);
  };
  for (const Run& one : {Run{"messages", &LostAnswers::messages}, Run{"change_by_rules", &LostAnswers::change_by_rules},
                         Run{"blind_changes", &LostAnswers::blind_changes}}) {
    for (const auto way : {LostAnswers::Way::to_server, LostAnswers::Way::to_client}) {
      const auto before = trials.counts();
      (trials.*one.run)(way, step);
      std::printf("%s_%s: cuts=%d stored=%d refused=%d\n", one.name,
                  way == LostAnswers::Way::to_server ? "sent" : "answered", trials.counts().cuts - before.cuts,
                  trials.counts().stored - before.stored, trials.counts().refused - before.refused);
      std::fflush(stdout);
    }
  }
  for (const std::string& text : trials.faults()) fault(text);
}

}  // namespace push::trials
