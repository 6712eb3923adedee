// Batches for tests, and as text.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "push/cluster/batch.hpp"

namespace push::test {

inline cluster::Batch batch(std::uint64_t previous, std::uint64_t last,
                            const std::vector<std::pair<std::uint64_t, std::string>>& messages) {
  cluster::Batch made;
  made.previous = core::MessageId{previous};
  made.last = core::MessageId{last};
  for (const auto& [id, json] : messages) {
    made.items.push_back(
        {core::MessageId{id}, core::ApplicationId{id + 100}, core::UserId{id + 200}, core::Slice::copy(json)});
  }
  return made;
}

inline cluster::Batch bare_batch(std::uint64_t previous, std::uint64_t last) {
  cluster::Batch made = batch(previous, last, {});
  made.bare = true;
  return made;
}

// `largest`: bytes of a message.
inline cluster::Batch random_batch(std::mt19937& random, std::size_t messages, std::size_t largest) {
  std::uint64_t id = random() % 1000;
  cluster::Batch made = batch(id, 0, {});
  for (std::size_t i = 0; i < messages; ++i) {
    id += 1 + random() % 3;
    made.items.push_back({core::MessageId{id}, core::ApplicationId{random()}, core::UserId{random()},
                          core::Slice::copy(std::string(random() % largest, static_cast<char>('a' + random() % 26)))});
  }
  made.last = core::MessageId{id + random() % 3};
  return made;
}

// previous-last: ids, or previous-last bare
inline std::string outline(const cluster::Batch& batch) {
  std::string out = std::to_string(core::value(batch.previous)) + "-" + std::to_string(core::value(batch.last));
  out += batch.bare ? " bare" : ":";
  for (const cluster::Item& item : batch.items) out += " " + std::to_string(core::value(item.id));
  return out;
}

// All of it.
inline std::string shown(const cluster::Batch& batch) {
  std::string out = outline(batch);
  for (const cluster::Item& item : batch.items) {
    out += "\n" + std::to_string(core::value(item.application)) + " " + std::to_string(core::value(item.user)) + " ";
    out += item.json.view;
  }
  return out;
}

// Whether ids are as Batch says.
inline bool is_chain(const cluster::Batch& batch) {
  core::MessageId newest = batch.previous;
  for (const cluster::Item& item : batch.items) {
    if (item.id <= newest) return false;
    newest = item.id;
  }
  return newest <= batch.last && (!batch.bare || batch.items.empty());
}

}  // namespace push::test
