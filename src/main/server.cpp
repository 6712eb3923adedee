#include "main/server.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "main/checks.hpp"
#include "main/command.hpp"
#include "main/node.hpp"
#include "main/prepare_images.hpp"
#include "main/signals.hpp"
#include "push/api/accounts.hpp"
#include "push/api/delivery_tests.hpp"
#include "push/api/first_user.hpp"
#include "push/api/housekeeper.hpp"
#include "push/api/metrics_page.hpp"
#include "push/api/readiness.hpp"
#include "push/api/service.hpp"
#include "push/auth/authenticator.hpp"
#include "push/core/heap.hpp"
#include "push/core/host.hpp"
#include "push/core/log.hpp"
#include "push/core/patient_clock.hpp"
#include "push/core/worker_pool.hpp"
#include "push/delivery/history.hpp"
#include "push/delivery/publisher.hpp"
#include "push/files/file_cache.hpp"
#include "push/files/image_folder.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/loop_pool.hpp"
#include "push/net/response_budget.hpp"
#include "push/store/open.hpp"
#include "push/webpush/sender.hpp"

namespace push {
namespace {

constexpr std::size_t kLookUpThreads = 1;  // a look-up takes some 20 microseconds
// Pages of missed messages: half of the default database.readers, so that lists are read meanwhile.
constexpr core::WorkerPool::Size kReplays{.threads = 2, .limit = 65536};
// Within a period every token in use is touched; then the writer needs a moment.
constexpr std::chrono::seconds kTouchMargin{10};

bool colours() {
  const char* no_colour = std::getenv("NOCOLOR");  // Gotify's name for it (protocol 5.1)
  return no_colour == nullptr || std::string_view(no_colour) != "1";
}

// Which files were read, and what an operator should know about them.
void log_configuration(const config::Loaded& loaded) {
  std::string files;
  for (const std::string& file : loaded.files) files += (files.empty() ? "" : ", ") + file;
  spdlog::info("starting version={} config=\"{}\"", PUSH_VERSION, files.empty() ? "none" : files);
  for (const config::Notice& notice : loaded.notices) {
    const bool warning = notice.level == config::Notice::Level::warning;
    spdlog::log(warning ? spdlog::level::warn : spdlog::level::info, "configuration note=\"{}\"", notice.text);
  }
}

std::string_view shown(const std::string& listen_address) {
  return listen_address.empty() ? std::string_view("all") : listen_address;
}

core::Result<void> listen(net::LoopPool& loops, const config::Server& server, api::Service& service,
                          api::MetricsPage& metrics_page) {
  const auto port = loops.listen(server.listenaddr, server.port, service, &service);
  if (!port) return port.error();
  // Gotify's word, which scripts wait for (protocol 6.4).
  spdlog::info("Listen address={} port={} loops={}", shown(server.listenaddr), *port, loops.size());
  if (server.metrics.port == 0) return {};
  const auto metrics_port = loops.listen(server.metrics.listenaddr, server.metrics.port, metrics_page, nullptr);
  if (!metrics_port) return metrics_port.error();
  spdlog::info("listening for metrics address={} port={}", shown(server.metrics.listenaddr), *metrics_port);
  return {};
}

auth::Options authenticator_options(const config::Config& config, unsigned password_cost) {
  const config::Passwords& passwords = config.server.passwords;
  return {.token_cache = config.server.tokencache,
          .enforce_elevation = config.compat == config::Compat::v3,
          .touch_seconds = config.server.tokenperiodseconds,
          .password_cost = password_cost,
          .guesses = {.tries = passwords.tries,
                      .wait = std::chrono::seconds(passwords.waitseconds),
                      .longest_wait = std::chrono::seconds(passwords.maxwaitseconds),
                      .address_tries = passwords.addresstries,
                      .address_period = std::chrono::seconds(passwords.addressperiodseconds),
                      .every_address = !config.server.trustedproxies.empty(),
                      .tracked = config.server.throttlecache}};
}

core::WorkerPool::Sizes lanes_of(const config::Server& server) {
  return {.jobs = {server.workers, server.workerqueue},
          .look_ups = {kLookUpThreads, server.lookupqueue},
          .replays = kReplays,
          .passwords = {server.passwords.workers, server.passwords.queue}};
}

void add_metrics(metrics::Registry& metrics, const core::Log& log, const core::WorkerPool& workers, const hub::Hub& hub,
                 const files::FileCache& files) {
  metrics.counter("push_log_dropped_total", "Lines of the log that were not written, because its reader is too slow.",
                  [&log] { return static_cast<std::int64_t>(log.dropped()); });
  metrics.gauge("push_workers_waiting", "Jobs that wait for a worker.",
                [&workers] { return static_cast<std::int64_t>(workers.waiting()); });
  metrics.gauge("push_lookups_waiting", "Look-ups of tokens that wait for a worker.",
                [&workers] { return static_cast<std::int64_t>(workers.waiting(core::WorkerPool::Queue::look_ups)); });
  metrics.counter("push_workers_over_share_total",
                  "Jobs, look-ups and passwords refused because too many of the same sender were waiting.",
                  [&workers] { return static_cast<std::int64_t>(workers.over_share()); });
  metrics.gauge("push_file_cache_bytes", "Bytes of pictures and files of the web interface in memory.",
                [&files] { return static_cast<std::int64_t>(files.used()); });
  metrics.gauge("push_passwords_waiting", "Passwords that wait to be checked or hashed.",
                [&workers] { return static_cast<std::int64_t>(workers.waiting(core::WorkerPool::Queue::passwords)); });
  metrics.gauge("push_online_users", "Users with an open stream.",
                [&hub] { return static_cast<std::int64_t>(hub.online_users()); });
}

void wait_for_the_end() {
  for (;;) {
    const int signal = wait_for_signal();
    if (signal == SIGINT || signal == SIGTERM) {
      spdlog::info("shutting down signal=SIG{}", ::sigabbrev_np(signal));
      return;
    }
    spdlog::warn("ignored signal=SIG{} reason=\"{}\"", ::sigabbrev_np(signal),
                 signal == SIGHUP ? "settings are read only at start" : "it has no meaning here");
  }
}

// Gives load balancers time to notice; meanwhile everything works.
void drain(api::Readiness& readiness, unsigned seconds) {
  readiness.set_draining();
  if (seconds == 0) return;
  spdlog::info("draining seconds={}", seconds);
  if (ends_within(std::chrono::seconds(seconds))) spdlog::info("draining ended early reason=\"another signal\"");
}

// The path of a message backwards: nothing new comes in, what was accepted is committed, answered and sent.
void shut_down(net::LoopPool& loops, api::Housekeeper& housekeeper, core::WorkerPool& workers, store::Store& store,
               Node& node, webpush::Sender* webpush) {
  end_at_once_on_next_signal();
  loops.stop_accepting();
  housekeeper.stop();
  node.leave_streams();
  workers.stop();
  if (webpush != nullptr) webpush->stop();
  store.drain();
  node.stop();
  loops.stop();
  spdlog::info("stopped");
}

struct Rules {
  api::OriginRules origins;
  api::TrustedProxies proxies;
};

// What can be wrong in a valid configuration.
core::Result<Rules> read_rules(const config::Config& config) {
  auto origins = api::OriginRules::compile(config.server);
  if (!origins) return origins.error();
  auto proxies = api::TrustedProxies::parse(config.server.trustedproxies);
  if (!proxies) return proxies.error();
  if (auto passed = check_before_start(config); !passed) return passed.error();
  return Rules{*std::move(origins), *std::move(proxies)};
}

// Null: it is switched off. Then what is sent by the time it is switched on again is not pushed.
core::Result<std::unique_ptr<webpush::Sender>> start_pushes(const config::WebPush& settings, store::Store& store,
                                                            metrics::Registry& metrics) {
  if (!settings.enabled) {
    if (auto forgotten = store.webpush().forget_cursor(); !forgotten) return forgotten.error();
    return std::unique_ptr<webpush::Sender>();
  }
  auto sender = std::make_unique<webpush::Sender>(
      webpush::Sender::Settings{settings.subject, settings.cafile, webpush::Endpoints(settings.endpoints)}, store,
      metrics);
  if (auto started = sender->start(); !started) return started.error();
  return sender;
}

// What is on disk: a first user, and no pictures that nobody names.
core::Result<void> prepare(store::Store& store, files::ImageFolder& images, const config::Config& config) {
  if (auto made = api::create_default_user(store, config); !made) return made;
  return prepare_images(store, images, store::name_of(config.database));
}

// What is there before the rooms.
struct Ground {
  const config::Config& config;
  Rules rules;
  const core::Log& log;
  metrics::Registry& metrics;
  const core::WallClock& clock;
  store::Store& store;
  files::ImageFolder& images;
  unsigned password_cost = 0;
};

// Builds the rooms, each after those that it uses, and serves until the end.
int run(Ground ground) {
  auto& [config, rules, log, metrics, clock, store, images, password_cost] = ground;
  auth::Authenticator authenticator(store, authenticator_options(config, password_cost), metrics);
  core::WorkerPool workers(lanes_of(config.server));
  hub::Hub hub(config.server.stream.shards);
  net::ResponseBudget responses(config.server.http.responsebudget, metrics);
  files::FileCache files(config.server.http.filecache);
  add_metrics(metrics, log, workers, hub, files);
  delivery::History history(store, workers, metrics, config.server.stream.resumelimit);
  net::LoopPool loops(config.server, hub, metrics, history);
  delivery::Publisher publisher(store, hub, loops, history, metrics, config.server.stream.inboxsize);
  store.set_event_listener(publisher);
  api::Accounts accounts(store, authenticator, publisher);
  Node node({config, store, metrics, hub, history, publisher, accounts, loops, clock});
  if (auto started = node.start(); !started) return cannot_start(started.error());
  api::Readiness readiness(store, node.follower());
  api::DeliveryTests tests(publisher, metrics);
  const store::Feed* const feed = store.feed();
  auto webpush = start_pushes(config.webpush, store, metrics);
  if (!webpush) return cannot_start(webpush.error());
  api::Service service({.config = config,
                        .metrics = metrics,
                        .workers = workers,
                        .store = store,
                        .authenticator = authenticator,
                        .accounts = accounts,
                        .publisher = publisher,
                        .history = history,
                        .images = images,
                        .files = files,
                        .responses = responses,
                        .presence = loops,
                        .readiness = readiness,
                        .tests = tests,
                        .origins = std::move(rules.origins),
                        .proxies = std::move(rules.proxies),
                        .node = feed != nullptr ? feed->node() : core::host_name(),
                        .webpush = webpush->get()});
  api::MetricsPage metrics_page(metrics, config.server.metrics, loops, workers);
  // Connections arrive from here on.
  if (auto listening = listen(loops, config.server, service, metrics_page); !listening)
    return cannot_start(listening.error());
  loops.start();
  node.watch_streams(readiness);
  api::Housekeeper housekeeper(accounts, loops, clock);
  wait_for_the_end();
  drain(readiness, config.server.drainseconds);
  shut_down(loops, housekeeper, workers, store, node, webpush->get());
  return 0;
}

}  // namespace

int serve(const config::Loaded& loaded) {
  core::give_back_large_blocks();
  const config::Config& config = loaded.config;
  const core::Log log(config.loglevel, colours(), STDOUT_FILENO);
  log_configuration(loaded);
  auto rules = read_rules(config);
  if (!rules) return cannot_start(rules.error());

  metrics::Registry metrics;
  core::PatientClock expiry_clock(std::chrono::seconds(config.server.tokenperiodseconds) + kTouchMargin);
  const core::WallClock clock = [&expiry_clock] { return expiry_clock.now(); };
  auto store = open_store(config, metrics, clock);
  if (!store) return cannot_start(store.error());
  files::ImageFolder images(config.uploadedimagesdir);
  if (auto ready = prepare(**store, images, config); !ready) return cannot_start(ready.error());
  const auto password_cost = auth::highest_cost(**store, config.passstrength);
  if (!password_cost) return cannot_start(password_cost.error());

  return run({config, *std::move(rules), log, metrics, clock, **store, images, *password_cost});
}

}  // namespace push
