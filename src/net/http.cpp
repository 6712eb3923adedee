#include "push/net/http.hpp"

#include "net/refusal.hpp"
#include "net/request.hpp"

namespace push::net {
namespace {

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}
boost::beast::string_view beast(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Request::Request() = default;
Request::Request(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&&) noexcept = default;
Request::~Request() = default;

std::string_view Request::method() const {
  return view(impl_->header().method_string());
}
std::string_view Request::target() const {
  return view(impl_->header().target());
}
std::string_view Request::header(std::string_view name) const {
  const auto found = impl_->header().find(beast(name));
  return found == impl_->header().end() ? std::string_view() : view(found->value());
}
bool Request::is_complete() const {
  return impl_->complete;
}
std::string_view Request::body() const {
  return impl_->reader.body();
}
std::string_view Request::peer() const {
  return impl_->peer;
}

Reply::~Reply() {
  if (receiver_ == nullptr) return;
  Response broken;
  broken.status = status_of(Refusal::unanswered);
  send(std::move(broken));
}

Departed Reply::watch() {
  auto departed = std::make_shared<std::atomic<bool>>(false);
  if (receiver_ != nullptr) receiver_->watch(session_, departed);
  return departed;
}

void Reply::send(Response response) {
  if (ReplyReceiver* receiver = std::exchange(receiver_, nullptr)) receiver->answer(session_, std::move(response));
}

void Reply::read_body(BodyLimit limit, std::shared_ptr<BodyReceiver> body_receiver) {
  if (ReplyReceiver* receiver = std::exchange(receiver_, nullptr))
    receiver->read_body(session_, limit, std::move(body_receiver));
}

void Reply::stream(Request request, Admission admission) {
  if (ReplyReceiver* receiver = std::exchange(receiver_, nullptr))
    receiver->stream(session_, std::move(request), std::move(admission));
}

}  // namespace push::net
