#include "push/webpush/sender.hpp"

#include <utility>

#include "webpush/loop.hpp"

namespace push::webpush {

Sender::Sender(Settings settings, store::Store& store, metrics::Registry& metrics)
    : loop_(std::make_unique<Loop>(std::move(settings), store, metrics)) {}

Sender::~Sender() {
  stop();
}

core::Result<void> Sender::start() {
  return loop_->start();
}

void Sender::stop() {
  loop_->stop();
}

const Endpoints& Sender::endpoints() const {
  return loop_->endpoints();
}

const Limits& Sender::limits() const {
  return loop_->limits();
}

store::WebPush& Sender::tables() const {
  return loop_->tables();
}

core::Result<void> Sender::test(const store::WebPushSubscription& subscription,
                                core::Callback<void(core::Result<Tested>)> done) {
  return loop_->test(subscription, std::move(done));
}

Sender::State Sender::state() const {
  return loop_->state();
}

}  // namespace push::webpush
