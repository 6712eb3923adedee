// One loop's part of net::Presence: counts the streams of some users by key, a slice at a time, so that neither a user
// with many streams nor a page of many users holds the loop up. One thread: the loop's.
#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "net/connection_table.hpp"
#include "net/roster.hpp"
#include "push/core/ids.hpp"
#include "push/hub/hub.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

class Census {
 public:
  // Streams and users looked at before other work gets a turn: some 50 microseconds.
  static constexpr std::size_t kSlice = 256;

  struct Question {
    std::vector<core::UserId> users;  // ascending
    std::optional<hub::Key> after;    // only keys above, by user and client
    std::size_t most;                 // keys; the lowest
  };
  struct ByUserAndClient {
    bool operator()(const hub::Key& a, const hub::Key& b) const {
      return a.user != b.user ? a.user < b.user : a.client < b.client;
    }
  };
  struct Tally {
    std::size_t streams = 0;
    std::size_t frames = 0;
    std::size_t bytes = 0;
  };
  using Tallies = std::map<hub::Key, std::array<Tally, stream::kTransports>, ByUserAndClient>;

  Census(Roster& roster, const ConnectionTable& table, Question question)
      : roster_(roster), table_(table), question_(std::move(question)), walk_(roster) {}

  // One slice. False: that was the last.
  bool go_on();
  Tallies take() { return std::move(tallies_); }

 private:
  void count(core::UserId user, const ConnectionTable::Sight& sight);

  Roster& roster_;
  const ConnectionTable& table_;
  const Question question_;
  std::size_t asked_ = 0;  // users whose list was begun
  Roster::Walk walk_;      // through the list of the last of them
  Tallies tallies_;
};

}  // namespace push::net
