// Gotify's REST API and the gate of its stream: routes a request, finds out who asks, runs the handler where it may
// run, and answers. Owned by main; outlives every session and every queued message.
//
// Threads: handle() runs on the session's loop and never blocks. What memory cannot answer goes to the worker pool (503
// when its queue is full); POST /message is answered from the writer thread.
#pragma once
#include <memory>
#include <string_view>

#include "push/api/accounts.hpp"
#include "push/api/origin_rules.hpp"
#include "push/api/router.hpp"
#include "push/auth/authenticator.hpp"
#include "push/config/config.hpp"
#include "push/core/callback.hpp"
#include "push/core/worker_pool.hpp"
#include "push/delivery/publisher.hpp"
#include "push/files/image_folder.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"
#include "push/store/store.hpp"

namespace push::api {

struct Exchange;
class AccessLog;

class Service final : public net::RequestHandler, public net::StreamGate {
 public:
  // The patterns of `config.server` must compile: main asks OriginRules::compile() first and reports what it says.
  Service(store::Finder& store, Accounts& accounts, auth::Authenticator& authenticator, delivery::Publisher& publisher,
          files::ImageFolder& images, core::WorkerPool& workers, metrics::Registry& metrics,
          const config::Config& config);
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void handle(net::Request request, net::Reply reply) override;
  net::Response reject(unsigned status, std::string_view reason) override;
  bool allows_origin(const net::Request& request) override;
  net::Response refuse(const net::Request& request, const net::Admission& admission, unsigned status,
                       std::string_view reason) override;
  void opened(const net::Request& request, const net::Admission& admission) override;
  void still_open(const std::vector<core::ClientId>& clients) override;

  // For handlers that answer later. Any thread; one answer an exchange.
  void finish(Exchange& exchange, net::Response response);
  void fail(Exchange& exchange, const core::Error& error);
  // Runs `work` on a worker, or answers 503.
  using Queue = core::WorkerPool::Queue;
  void on_worker(const std::shared_ptr<Exchange>& exchange, core::Callback<void()> work, Queue queue = Queue::jobs);
  store::Finder& store() { return store_; }
  Accounts& accounts() { return accounts_; }
  delivery::Publisher& publisher() { return publisher_; }

 private:
  enum class Place { loop, worker };
  void begin(const std::shared_ptr<Exchange>& exchange);
  void admit(const std::shared_ptr<Exchange>& exchange);
  void admitted(const std::shared_ptr<Exchange>& exchange, core::Result<auth::Admitted> admission, Place place);
  void run(const std::shared_ptr<Exchange>& exchange, Place place);
  void call(Exchange& exchange, Handler handler);
  void send(Exchange& exchange, net::Response response, std::string_view cause);
  void count(unsigned status);
  template <class Work>
  void guarded(Exchange& exchange, Work&& work);

  store::Finder& store_;
  Accounts& accounts_;
  auth::Authenticator& authenticator_;
  delivery::Publisher& publisher_;
  files::ImageFolder& images_;
  core::WorkerPool& workers_;
  const config::Config& config_;
  const OriginRules origins_;
  const Router router_;
  const std::unique_ptr<AccessLog> log_;
  metrics::Counter* responses_[6];  // by the status's first digit
  metrics::Counter& untouched_;
};

}  // namespace push::api
