// The payloads of the bus. Integers are little-endian; a text is its size, then its bytes.
//
// clang-format off
//   payload: u8 version | u8 size, cluster | u8 kind | u8 size, node | body
//
//   body of a batch: u8 flags | u64 previous | u64 last | u32 count | count items
//     each item:     u64 id | u64 application | u64 user | u32 size, JSON
//   body of a log:   empty
//   body of a pulse: u64 applied | u8 flags
// clang-format on
//
// A payload may come from another cluster, another version, or anybody who can reach the bus: every size and the order
// of ids are checked, and nothing may follow the body. Any thread.
#pragma once
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "push/cluster/bus.hpp"

namespace push::cluster {

struct LogHint {
  bool operator==(const LogHint&) const = default;
};

enum class Refusal { foreign_cluster, unknown_version, malformed };

class Codec {
 public:
  static constexpr std::size_t kPiece = 512 * 1024;  // most bytes of a payload with more than one message
  static constexpr std::size_t kName = 255;          // most bytes of a cluster's or a node's name

  Codec(std::string cluster, std::string node);

  // One payload, or several that form a chain, each of at most `most` bytes. A single message that is larger becomes a
  // bare batch: receivers read it from the store.
  std::vector<std::string> encode(const Batch& batch, std::size_t most) const;
  std::string encode(LogHint hint) const;
  std::string encode(const Pulse& pulse) const;  // of this node, whatever pulse.node is

  // The messages of the batch share the payload's memory.
  std::variant<Refusal, Batch, LogHint, Pulse> decode(const core::Bytes& payload) const;

 private:
  std::string begin(char kind) const;
  void add_piece(const Batch& piece, std::vector<std::string>& payloads) const;

  const std::string cluster_;
  const std::string node_;
};

}  // namespace push::cluster
