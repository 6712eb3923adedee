// Trials of a store whose connection to PostgreSQL is cut at one byte of one transaction: what it answers against what
// is in the database. Without gtest, because an experiment runs them for every byte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "push/store/store.hpp"
#include "support/cutting_proxy.hpp"
#include "support/postgres_server.hpp"

namespace push::store {

class LostAnswers {
 public:
  using Way = test::CuttingProxy::Way;

  // `store` is open through the proxy and has the applications; `database`: the direct connection. `heard`: the ids of
  // the events that the store has announced so far, in order.
  struct Bench {
    Store& store;
    test::CuttingProxy& proxy;
    std::string database;
    core::UserId user{};
    core::ApplicationId first{};
    core::ApplicationId second{};
    core::ApplicationId missing{};
    core::Callback<std::vector<std::string>()> heard;
  };
  explicit LostAnswers(Bench bench);

  // Each cuts before byte 0, `step`, 2 * step, ... in one direction, until the transaction has no more bytes.
  void messages(Way way, std::size_t step);
  void change_by_rules(Way way, std::size_t step);
  void blind_changes(Way way, std::size_t step);

  struct Counts {
    int cuts = 0;
    int stored = 0;  // trials in which the transaction was stored although it was cut
    int refused = 0;
  };
  const Counts& counts() const { return counts_; }
  // What was wrong; empty: nothing.
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  using Trial = bool (LostAnswers::*)(Way, std::size_t);  // false: it was not cut
  using Answers = std::map<std::string, core::Result<StoredMessage>>;

  void each(Trial trial, Way way, std::size_t step);
  bool cut_messages(Way way, std::size_t after);
  bool cut_change_by_rules(Way way, std::size_t after);
  bool cut_blind_changes(Way way, std::size_t after);
  Answers append_together(std::vector<NewMessage> messages);
  void check_messages(const std::string& label, const Answers& answers);
  void check_key(const std::string& label, const Answers& answers);
  void check_events(const std::string& label);
  void expect(bool holds, const std::string& what);
  std::string value(const std::string& sql);

  Bench bench_;
  test::Psql psql_;
  Counts counts_;
  std::vector<std::string> faults_;
  std::uint64_t last_id_ = 0;
};

}  // namespace push::store
