// What a change does to the log of events, until it is committed.
#pragma once
#include <cstddef>
#include <vector>

#include "push/model/event.hpp"

namespace push::store {

struct LoggedEvents {
  std::vector<model::Event> events;  // by id
  std::size_t removed = 0;           // older ones
};

}  // namespace push::store
