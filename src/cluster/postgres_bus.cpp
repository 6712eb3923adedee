#include "cluster/postgres_bus.hpp"

#include <utility>

#include "push/core/log.hpp"

namespace push::cluster {

void PostgresBus::start(Listener& listener) {
  listener_ = &listener;
  listening_.store(true);
  feed_.listen(*this);
}

void PostgresBus::stop() {
  if (listening_.exchange(false)) feed_.stop_listening();
}

void PostgresBus::on_commit(const std::string& node, core::MessageId previous, core::MessageId last) {
  if (node == feed_.node()) return;
  meters_.received.add();
  Batch batch;
  batch.previous = previous;
  batch.last = last;
  batch.bare = true;
  listener_->on_batch(std::move(batch));
}

void PostgresBus::on_log() {
  meters_.received.add();
  listener_->on_log();
}

void PostgresBus::on_link(bool up) {
  meters_.up.set(up ? 1 : 0);
  if (const bool was = up_.exchange(up); was != up) {
    spdlog::log(up ? spdlog::level::info : spdlog::level::warn, "cluster bus is {} bus=postgres",
                up ? "connected" : "not connected");
  }
  listener_->on_link(up);
}

}  // namespace push::cluster
