// A system under measurement: a server that delivers POSTs to the subscribers of user 0. It is ours, or a peer
// installed by benchmark/annex/peers/install. All of them serve /health, /stream?token= and /message?token=.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/support/scenario.hpp"
#include "benchmark/support/stamp.hpp"

namespace push::bench {

class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;

  virtual std::uint16_t port() const = 0;
  // The POST that delivers a message to user 0's subscribers.
  virtual std::string request(const Stamp& stamp) const = 0;
  // The SQLite file of its messages; empty: it stores none.
  virtual std::string database() const { return {}; }
  virtual void kill_hard() = 0;

  // Of all its processes.
  std::int64_t cpu_ns() const;
  double user_bytes() const;

 protected:
  virtual pid_t pid() const = 0;  // the others descend from it
};

struct PeerOptions : CommonOptions {
  explicit PeerOptions(CommonOptions common) : CommonOptions(std::move(common)) {}
  std::string folder = results_folder() + "/peers";  // where peers/install puts the peers
  Words systems{"ours", "bun", "nchan", "gorilla", "gorilla-fork", "gotify"};
};

struct PeerKind {
  std::string name;      // in --systems
  std::string title;     // in the table, with its version
  std::string left_out;  // why it cannot be measured here; empty = it can
  bool stores = false;
  std::function<std::unique_ptr<Peer>()> start{};  // returns when it answers
};

// The systems named by --systems. They keep their data below --dir.
std::vector<PeerKind> peer_kinds(const PeerOptions& options);

}  // namespace push::bench
