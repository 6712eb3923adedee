// The changes that wait while the next transaction is full. Each sender has a line of its own: in a line first come,
// first served, and one of each line in turn. No lock: the writer's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "push/core/ids.hpp"
#include "store/change.hpp"

namespace push::store {

// The sender: an application for its messages, a user for other changes, user 0 for the server's own.
enum class Line : std::uint64_t {};
inline Line line_of(core::ApplicationId application) {
  return Line{core::value(application) << 1U};
}
inline Line line_of(core::UserId user) {
  return Line{core::value(user) << 1U | 1U};
}

class FairQueue {
 public:
  struct Load {
    std::size_t changes = 0;
    std::size_t bytes = 0;
  };

  bool empty() const { return turns_.empty(); }
  // What waits in a line.
  Load load(Line line) const;
  void push(Line line, std::unique_ptr<WaitingChange> change);
  // The next one in turn; not if empty.
  std::unique_ptr<WaitingChange> pop();

 private:
  struct Waiting {
    std::deque<std::unique_ptr<WaitingChange>> changes;
    std::size_t bytes = 0;
  };
  using Lines = std::unordered_map<Line, Waiting>;

  Lines lines_;                           // none is empty
  std::deque<Lines::value_type*> turns_;  // each line once
};

}  // namespace push::store
