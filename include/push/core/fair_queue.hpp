// What waits for one thread, fairly. Each sender has a line of its own: in a line first come, first served, and one of
// each line in turn. Whoever floods makes a line longer, and nobody else wait. No lock: its owner's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "push/core/address.hpp"
#include "push/core/ids.hpp"

namespace push::core {

// Whose line: an application's, a user's for everything else, or a stranger's by address (an IPv6 /64 is one, and so
// are those without an address); user 0 stands for the server itself.
enum class Line : std::uint64_t {};
inline Line line_of(ApplicationId application) {
  return Line{value(application) << 1U};
}
inline Line line_of(UserId user) {
  return Line{value(user) << 1U | 1U};
}
inline Line line_of(const std::optional<Address>& address) {
  const std::string site = address ? address->site() : std::string();
  return Line{std::hash<std::string>()(site) | std::uint64_t{1} << 63U};
}

constexpr bool is_stranger(Line line) {
  return (static_cast<std::uint64_t>(line) >> 63U) != 0;
}

// A bounded queue keeps room for everybody: a sender may have at most this many times as much waiting as there is room
// left. One that floods leaves a ninth of the queue to the others, and however many flood, some room remains for the
// next one.
inline constexpr std::size_t kShare = 8;

template <class Item>
class FairQueue {
 public:
  struct Load {
    std::size_t items = 0;
    std::size_t bytes = 0;
  };

  bool empty() const { return turns_.empty(); }
  // What waits in a line.
  Load load(Line line) const {
    const auto found = lines_.find(line);
    return found == lines_.end() ? Load{} : Load{found->second.items.size(), found->second.bytes};
  }
  void push(Line line, Item item, std::size_t bytes = 0) {
    typename Lines::value_type& entry = *lines_.try_emplace(line).first;
    if (entry.second.items.empty()) turns_.push_back(&entry);
    entry.second.bytes += bytes;
    entry.second.items.emplace_back(std::move(item), bytes);
  }
  // What was taken from a line was dear: if more of it waits, the line is passed over so many times.
  void charge(Line line, std::size_t turns) {
    const auto found = lines_.find(line);
    if (found != lines_.end()) found->second.owed += turns;
  }
  // The next one in turn; not if empty.
  Item pop() {
    for (; turns_.front()->second.owed > 0; turns_.pop_front()) {
      --turns_.front()->second.owed;
      turns_.push_back(turns_.front());
    }
    typename Lines::value_type& entry = *turns_.front();
    turns_.pop_front();
    Waiting& waiting = entry.second;
    Item item = std::move(waiting.items.front().first);
    waiting.bytes -= waiting.items.front().second;
    waiting.items.pop_front();
    if (waiting.items.empty()) {
      lines_.erase(entry.first);
    } else {
      turns_.push_back(&entry);
    }
    return item;
  }

 private:
  struct Waiting {
    std::deque<std::pair<Item, std::size_t>> items;
    std::size_t bytes = 0;
    std::size_t owed = 0;  // turns
  };
  using Lines = std::unordered_map<Line, Waiting>;

  Lines lines_;                                    // none is empty
  std::deque<typename Lines::value_type*> turns_;  // each line once
};

}  // namespace push::core
