#include "cluster/nats_link.hpp"

#include <utility>

namespace push::cluster {

void NatsLink::on_connected() {
  const core::Lock lock(mutex_);
  connected_ = true;
  ended_ = false;
  news_ = {};
  news_.look = true;
}

void NatsLink::on_disconnected() {
  {
    const core::Lock lock(mutex_);
    connected_ = false;
    news_.lost = true;
    news_.look = true;
  }
  outbox_.wake();
}

void NatsLink::on_reconnected() {
  reconnects_.add();
  {
    const core::Lock lock(mutex_);
    connected_ = true;
    news_.look = true;
  }
  outbox_.wake();
}

void NatsLink::on_slow() {
  slow_.add();
  {
    const core::Lock lock(mutex_);
    news_.look = true;
  }
  outbox_.wake();
}

void NatsLink::on_refused(std::string what) {
  {
    const core::Lock lock(mutex_);
    news_.refused = std::move(what);
  }
  outbox_.wake();
}

void NatsLink::on_closed() {
  {
    const core::Lock lock(mutex_);
    connected_ = false;
    news_.closed = true;
  }
  outbox_.wake();
  const core::Lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool NatsLink::is_connected() const {
  const core::Lock lock(mutex_);
  return connected_;
}

NatsLink::News NatsLink::take() {
  const core::Lock lock(mutex_);
  News news{news_.lost, news_.look && connected_, news_.closed, std::exchange(news_.refused, {})};
  news_.lost = false;
  if (connected_) news_.look = false;
  return news;
}

void NatsLink::wait_closed() {
  const core::Lock lock(mutex_);
  while (!ended_) changed_.wait(mutex_);
}

}  // namespace push::cluster
