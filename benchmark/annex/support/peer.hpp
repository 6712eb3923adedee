// A system under measurement: a server whose subscribers of user 0 get what is posted. It is ours, or a peer that
// benchmark/peers/install has put beside it. All of them speak of /health, /stream?token= and /message?token=.
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
  // The POST by which user 0's subscribers get a message.
  virtual std::string request(const Stamp& stamp) const = 0;
  // The SQLite file of its messages; empty: it keeps none.
  virtual std::string database() const { return {}; }
  virtual void kill_hard() = 0;

  // Of all its processes.
  std::int64_t cpu_ns() const;
  double user_bytes() const;

 protected:
  virtual pid_t pid() const = 0;  // the others descend from it
};

struct PeerOptions : CommonOptions {
  std::string folder = results_folder() + "/peers";  // what peers/install has installed
  Words systems{"ours", "bun", "nchan", "gorilla", "gorilla-fork", "gotify"};
  unsigned threads = 1;
};

struct PeerKind {
  std::string name;      // in --systems
  std::string title;     // in the table, with its version
  std::string left_out;  // why it cannot be measured here; empty: it can
  bool stores = false;
  std::function<std::unique_ptr<Peer>()> start{};  // returns when it answers
};

// Those that --systems names. What it starts keeps its data below --dir.
std::vector<PeerKind> peer_kinds(const PeerOptions& options);

}  // namespace push::bench
