// Tells the other nodes. Today there are none: Standalone is the whole cluster.
#pragma once
#include "push/cluster/event.hpp"
#include "push/core/bytes.hpp"
#include "push/core/ids.hpp"

namespace push::cluster {

// What a message from another node calls; delivery implements it. Called on the backplane's thread.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_remote(core::UserId user, const core::Bytes& frame) = 0;
};

class Backplane {
 public:
  virtual ~Backplane() = default;
  // Called by the writer thread after the commit, in id order; must not block.
  virtual void announce(core::UserId user, const core::Bytes& frame) = 0;
  // After the commit of the change, and after this node has forgotten and disconnected. Any thread; must not block.
  virtual void announce(const Event& event) = 0;
};

// A node without peers.
class Standalone final : public Backplane {
 public:
  void announce(core::UserId /*user*/, const core::Bytes& /*frame*/) override {}
  void announce(const Event& /*event*/) override {}
};

}  // namespace push::cluster
