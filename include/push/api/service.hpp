// Gotify's REST API and the gate of its stream: routes a request, authenticates it, and runs the handler on the thread
// where it may run. Owned by main; outlives every session and every queued message.
//
// Threads: handle() runs on the session's loop and never blocks. What needs more than memory goes to the worker pool
// (503 when its queue is full); POST /message is answered from the writer thread.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "push/api/services.hpp"
#include "push/auth/authenticator.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

struct Context;
class AccessLog;
class RateLimits;
class StreamCaps;

class Service final : public net::RequestHandler, public net::StreamGate {
 public:
  explicit Service(Services services);
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void handle(net::Request request, net::Reply reply) override;
  net::Response reject(const net::Request& request, unsigned status, std::string_view reason) override;
  bool allows_origin(const net::Request& request) override;
  net::Response refuse(const net::Request& request, const net::Admission& admission, unsigned status,
                       std::string_view reason) override;
  void opened(const net::Request& request, const net::Admission& admission) override;
  void ponged(core::UserId user, core::ClientId client, std::string_view payload) override {
    services_.tests.ponged(user, client, payload);
  }
  void still_open(const std::vector<core::ClientId>& clients) override;

 private:
  void begin(Context& context);
  void admit(Context& context);
  void admitted(Context& context, core::Result<auth::Admitted> admission);
  // From the header alone: refuses, asks for the body, or runs the handler.
  void receive(Context& context);

  const Services services_;
  const std::unique_ptr<AccessLog> log_;
  const std::unique_ptr<RateLimits> rates_;
  const std::unique_ptr<StreamCaps> caps_;
  metrics::Counter& untouched_;
};

}  // namespace push::api
