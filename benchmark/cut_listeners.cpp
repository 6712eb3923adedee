#include "benchmark/cut_listeners.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/table.hpp"
#include "support/ledger.hpp"
#include "support/resuming_client.hpp"
#include "support/senders.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;
using support::ResumingClient;
using support::StreamKind;

struct Transport {
  StreamKind kind;
  const char* name;
};
constexpr std::array<Transport, 4> kTransports{{{StreamKind::websocket, "websocket"},
                                                {StreamKind::sse, "sse"},
                                                {StreamKind::ndjson, "ndjson"},
                                                {StreamKind::poll, "poll"}}};
constexpr unsigned kThreads = 8;
constexpr unsigned kSenders = 4;
constexpr int kTurnMs = 20;               // how late a cut or a return may be
constexpr unsigned kRefusedMs = 50;       // until somebody tries again who found no server
constexpr double kPatienceSeconds = 120;  // for the last message

struct Counts {
  std::uint64_t opened = 0;
  std::uint64_t cut = 0;    // by the listener
  std::uint64_t ended = 0;  // by the server; without the answers to polls
};

struct Listener {
  Listener(const Transport& transport, support::Lines headers)
      : kind(transport.kind), stream(std::move(headers), kind) {}
  StreamKind kind;
  ResumingClient stream;
  std::int64_t next_ns = 0;  // when it is cut, or comes back
};

// Some of the listeners, in a thread.
class Group {
 public:
  Group(const CutPlan& plan, support::Address address, unsigned index, unsigned seed)
      : plan_(plan), address_(std::move(address)), random_(seed) {
    for (unsigned i = index; i < plan.listeners; i += kThreads) {
      listeners_.emplace_back(kTransports[i / kThreads % kTransports.size()],
                              support::Lines{support::key_header(client_token(0))});
    }
  }
  ~Group() {
    gives_up_ = true;
    if (thread_.joinable()) thread_.join();
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Until each has the message whose id comes to be in `last`.
  void start(const std::atomic<std::uint64_t>& last) {
    thread_ = std::thread([this, &last] {
      try {
        run(last);
      } catch (const std::exception& failure) {
        failure_ = failure.what();
      }
    });
  }
  void join() {
    thread_.join();
    if (!failure_.empty()) fail("listeners: " + failure_);
  }
  const std::vector<Listener>& listeners() const { return listeners_; }
  const std::map<StreamKind, Counts>& counts() const { return counts_; }

 private:
  void run(const std::atomic<std::uint64_t>& last) {
    const auto done = [&last](const Listener& each) {
      return last != 0 && !each.stream.ids().empty() && each.stream.ids().back() >= last;
    };
    std::int64_t give_up_ns = 0;
    while (!gives_up_ && !std::all_of(listeners_.begin(), listeners_.end(), done)) {
      const std::int64_t now = monotonic_ns();
      if (give_up_ns == 0 && last != 0) give_up_ns = now + static_cast<std::int64_t>(kPatienceSeconds * 1e9);
      if (give_up_ns != 0 && now > give_up_ns) return;  // the audit says who has not got it
      for (Listener& each : listeners_) {
        if (now >= each.next_ns) each.stream.is_open() ? cut(each) : open(each);
      }
      read();
    }
  }

  void cut(Listener& listener) {
    listener.stream.cut();
    ++counts_[listener.kind].cut;
    wait_up_to(listener, plan_.away_ms);
  }

  void open(Listener& listener) {
    try {
      listener.stream.open(address_, 0);
      ++counts_[listener.kind].opened;
      wait_up_to(listener, plan_.stay_ms);
    } catch (const support::ConnectionLost&) {
      listener.stream.cut();
      wait_up_to(listener, kRefusedMs);
    }
  }

  void wait_up_to(Listener& listener, unsigned ms) {
    listener.next_ns = monotonic_ns() + std::uniform_int_distribution<std::int64_t>(0, ms)(random_) * 1'000'000;
  }

  void read() {
    std::vector<pollfd> readable;
    std::vector<Listener*> owners;
    for (Listener& each : listeners_) {
      if (!each.stream.is_open()) continue;
      readable.push_back({.fd = each.stream.descriptor(), .events = POLLIN, .revents = 0});
      owners.push_back(&each);
    }
    if (::poll(readable.data(), readable.size(), kTurnMs) <= 0) return;
    for (std::size_t i = 0; i < readable.size(); ++i) {
      if (readable[i].revents == 0 || owners[i]->stream.read()) continue;
      if (owners[i]->kind != StreamKind::poll) ++counts_[owners[i]->kind].ended;
      owners[i]->next_ns = 0;  // it comes back at once
    }
  }

  const CutPlan& plan_;
  const support::Address address_;
  std::mt19937 random_;
  std::vector<Listener> listeners_;
  std::map<StreamKind, Counts> counts_;
  std::string failure_;
  std::atomic<bool> gives_up_{false};
  std::thread thread_;
};

// Sends for the time of the plan, with a kill -9 in the middle of each of its parts.
std::size_t send(Server& server, const CutPlan& plan, support::Ledger& ledger) {
  const auto between = std::chrono::microseconds(std::int64_t{1'000'000} * kSenders / plan.per_second);
  support::Senders senders({.address = {"127.0.0.1", server.port()},
                            .applications = {{.id = 0, .token = application_token(0)}},
                            .senders = kSenders,
                            .label = "cut",
                            .pause = between},
                           ledger);
  const auto part = std::chrono::milliseconds(plan.seconds * 1000 / std::max(2 * plan.kills, 1U));
  for (unsigned kill = 0; kill < plan.kills; ++kill) {
    std::this_thread::sleep_for(part);
    server.kill_hard();
    server.start();
    if ((kill + 1) % 10 == 0)
      progress("resume: kill " + std::to_string(kill + 1) + " of " + std::to_string(plan.kills));
    std::this_thread::sleep_for(part);
  }
  if (plan.kills == 0) std::this_thread::sleep_for(part);
  senders.stop();
  senders.join();
  if (!senders.refusals().empty()) fail("a message was refused: " + senders.refusals().front());
  return ledger.size();
}

struct Audit {
  std::uint64_t lost = 0;  // acknowledged and not stored
  std::uint64_t missing = 0;
  std::uint64_t repeated = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t unknown = 0;     // received, not stored
  std::uint64_t incomplete = 0;  // answers that not everything can be sent

  bool is_clean() const { return lost + missing + repeated + out_of_order + unknown + incomplete == 0; }
  Json json() const {
    return {{"lost", lost},       {"missing", missing},      {"repeated", repeated}, {"out_of_order", out_of_order},
            {"unknown", unknown}, {"incomplete", incomplete}};
  }
};

void audit(const Listener& listener, const support::Texts& stored, const support::Ids& ids, Audit& into) {
  into.incomplete += listener.stream.incomplete();
  if (listener.stream.ids() == ids) return;  // each once, in order
  const support::ListenerAudit found = support::audit_listener(stored, listener.stream.ids());
  into.missing += found.missing.size();
  into.repeated += found.repeated.size();
  into.out_of_order += found.out_of_order.size();
  into.unknown += found.unknown.size();
}

Json counts_of(const std::vector<std::unique_ptr<Group>>& groups) {
  Json all = Json::object();
  for (const Transport& transport : kTransports) {
    Counts sum;
    for (const auto& group : groups) {
      const auto found = group->counts().find(transport.kind);
      if (found == group->counts().end()) continue;
      sum.opened += found->second.opened;
      sum.cut += found->second.cut;
      sum.ended += found->second.ended;
    }
    all[transport.name] = {{"opened", sum.opened}, {"cut", sum.cut}, {"ended", sum.ended}};
  }
  return all;
}

}  // namespace

Json run_cut_listeners(Server& server, const CutPlan& plan) {
  const unsigned seed = std::random_device()();
  support::Ledger ledger;
  std::atomic<std::uint64_t> last{0};
  std::vector<std::unique_ptr<Group>> groups;
  for (unsigned i = 0; i < kThreads; ++i) {
    groups.push_back(std::make_unique<Group>(plan, support::Address{"127.0.0.1", server.port()}, i, seed + i));
  }
  for (const auto& group : groups) group->start(last);
  const std::int64_t begin = monotonic_ns();
  send(server, plan, ledger);
  const double seconds = static_cast<double>(monotonic_ns() - begin) / 1e9;
  last = static_cast<std::uint64_t>(look_up(server.database(), "SELECT max(id) FROM messages"));
  for (const auto& group : groups) group->join();
  server.stop();

  const support::Texts stored = stored_messages(server.database());
  support::Ids ids;
  for (const auto& [id, text] : stored) ids.push_back(id);
  const support::Texts acknowledged = ledger.acknowledged();
  Audit audit_of_all;
  audit_of_all.lost = support::audit_store(acknowledged, stored).lost.size();
  for (const auto& group : groups) {
    for (const Listener& listener : group->listeners()) audit(listener, stored, ids, audit_of_all);
  }
  if (!audit_of_all.is_clean()) fail("resume: seed " + std::to_string(seed) + ": " + audit_of_all.json().dump());
  return {{"listeners", plan.listeners},  {"seconds", seconds},
          {"messages", stored.size()},    {"messages_per_second", static_cast<double>(stored.size()) / seconds},
          {"kills", plan.kills},          {"seed", seed},
          {"streams", counts_of(groups)}, {"audit", audit_of_all.json()}};
}

}  // namespace push::bench
