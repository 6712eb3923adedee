// One request on its way through the API: the request, its principal, what has been found out so far, and the way to
// answer. Every handler gets it. Passed from the loop to a worker or the writer, never used by two threads at once.
// Tests build one from literals.
#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/incoming.hpp"
#include "api/router.hpp"
#include "push/api/services.hpp"
#include "push/auth/authenticator.hpp"
#include "push/auth/principal.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/core/address.hpp"
#include "push/core/callback.hpp"
#include "push/core/clock.hpp"
#include "push/core/worker_pool.hpp"
#include "push/net/http.hpp"
#include "push/net/response_budget.hpp"

namespace push::api {

class AccessLog;
class StreamCaps;

// The answer to a request whose own answer would exceed config responsebudget.
core::Error too_many_answers();

struct Context final : net::BodyReceiver, std::enable_shared_from_this<Context> {
  Context(const Services& everything, AccessLog& access_log, StreamCaps& caps, net::Request r, net::Reply a)
      : services(everything), log(access_log), stream_caps(caps), raw(std::move(r)), reply(std::move(a)) {}

  // Sends the answer. Once per request, on any thread.
  void finish(net::Response response);
  void fail(const core::Error& error);
  // A callback that finishes the request with the answer that `make` returns for (Context&, outcome), on the thread
  // that calls it.
  template <class Make>
  auto answer_with(Make make) {
    return [self = shared_from_this(), make = std::move(make)](auto outcome) mutable {
      self->guarded([&](Context& same) { same.finish(make(same, std::move(outcome))); });
    };
  }
  // Removes pictures that nothing refers to any more on a worker, then answers. If none is free they stay until the
  // next start.
  void finish_without(std::vector<std::string> images, net::Response response);
  // Runs `work` on a worker, in the line of who sent the request, or answers 503: if too many wait, or if the server is
  // stopping when its turn comes.
  using Work = core::Callback<void(Context&)>;
  using Queue = core::WorkerPool::Queue;
  void on_worker(Work work, Queue queue = Queue::jobs);
  // Runs `work`, which checks a password or hashes one, on a thread for passwords; nothing else runs bcrypt. As
  // on_worker(), and answers 503 if the peer has left before its turn.
  void on_password(Work work);
  // Exceptions of libraries stop here: an empty 500, as Gotify answers a panic (protocol 1.0).
  template <class Guarded>
  void guarded(Guarded&& work) {
    try {
      work(*this);
    } catch (const std::exception& thrown) {
      broken(thrown.what());
    }
  }

  // Finds out who sent the request and passes that on: at once, if it is known, or from a thread for it. The route has
  // an access class.
  template <class Then>
  void authenticate(Then then) {
    epoch = services.authenticator.epoch();
    history_restarts = services.history.restarts();
    if (auto known = services.authenticator.recall(*route->access, credentials)) return then(*this, *std::move(known));
    look_up(std::move(then));
  }
  // Runs the route's handler where it has to run.
  void run();
  // The sender is asked for again if somebody's rights have changed meanwhile: a body may take hours.
  void on_body(net::Reply again) override;

  // Counts the memory of an answer to come, in bytes all together. What has been changed by then is never answered with
  // a refusal. False: it would exceed config responsebudget.
  bool reserve(std::size_t bytes);

  // The client's, behind trusted proxies too; empty for the peer of a unix socket.
  std::optional<core::Address> client_address() const;
  core::UserId user() const { return principal->user; }
  // Who sent the request, as far as it is known; none = a stranger.
  core::Line line() const;
  binder::Source source() const { return source_of(request); }
  // protocol 0, row c: whether lists show credentials.
  bool lists_tokens() const { return services.config.compat == config::Compat::v2; }
  auth::TokenForm token_form() const {
    return services.config.compat == config::Compat::v2 ? auth::TokenForm::legacy : auth::TokenForm::enhanced;
  }

  const Services& services;
  AccessLog& log;
  StreamCaps& stream_caps;
  net::Request raw;
  net::Reply reply;
  core::SteadyTime start = core::steady_now();

  Incoming request;                    // views of `raw`
  HeaderList headers;                  // added to the answer's own
  const Route* route = nullptr;        // null until found
  std::string_view id_text;            // the path's :id segment; a view of `request.target`
  std::uint64_t id = 0;                // the number of `id_text`
  std::string_view rest;               // what the pattern's last `*` matched; likewise
  auth::Credentials credentials;       // until the handler runs
  std::uint64_t epoch = 0;             // auth::Authenticator's, before the look-up
  std::uint64_t history_restarts = 0;  // delivery::History's, the same
  auth::PrincipalPtr principal;        // null on public routes

 private:
  using Admitting = core::Callback<void(Context&, core::Result<auth::Admitted>)>;
  void look_up(Admitting then);
  core::Line job_line() const;
  void come_back();
  void send(net::Response response, std::string_view cause);
  bool afford(net::Response& response);
  void broken(std::string_view cause);

  net::ResponseBudget::Charge reserved_;
  std::size_t reserved_bytes_ = 0;
};

}  // namespace push::api
