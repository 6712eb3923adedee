#include "store/postgres/heartbeat.hpp"

#include <string_view>
#include <utility>

#include "push/core/log.hpp"
#include "store/postgres/locks.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::chrono::seconds kBeatPeriod{1};
constexpr std::chrono::seconds kLeasePeriod{3};
// Less than the 15 s in the database: work that began at the last moment is done before another node takes the lease.
constexpr std::chrono::seconds kLease{12};

// A row that is lost in a crash is written again within a second.
constexpr const char* kBeatSettings = "SET synchronous_commit = off";
// The row is missing if the database was restored from a backup.
constexpr std::string_view kBeat =
    "INSERT INTO sharded_gotify_nodes AS n (node, seen, detail) VALUES ($1, clock_timestamp(), jsonb_build_object("
    "'version', $2::text, 'bus', $3::text, 'started', now(), 'epoch', $4::text, 'applied', $5::bigint, 'sockets',"
    " $6::bigint, 'draining', $7::boolean)) ON CONFLICT (node) DO UPDATE SET seen = excluded.seen, detail ="
    " excluded.detail || jsonb_build_object('started', coalesce(n.detail->'started', excluded.detail->'started'))"
    " RETURNING " PUSH_HEAD ", clock_timestamp(), " PUSH_IS_ALIVE("$1");
constexpr std::string_view kAskForLease =
    "INSERT INTO sharded_gotify_leases AS l (job, node, until) VALUES ('housekeeping', $1, clock_timestamp() + interval"
    " '15 s') ON CONFLICT (job) DO UPDATE SET node = excluded.node, until = excluded.until WHERE l.node = excluded.node"
    " OR l.until < clock_timestamp() RETURNING 1";
constexpr std::string_view kGiveUpLease = "DELETE FROM sharded_gotify_leases WHERE job = 'housekeeping' AND node = $1";

}  // namespace

Heartbeat::Heartbeat(ConnectionString where, std::string node, std::string bus, ServerClock& clock)
    : where_(std::move(where)),
      node_(std::move(node)),
      bus_(std::move(bus)),
      clock_(clock),
      thread_("node", [this](const std::stop_token& stop) { run(stop); }) {}

void Heartbeat::report(core::Callback<NodeStatus()> status, core::Callback<void()> rejoin) {
  const core::Lock lock(mutex_);
  reported_ = std::make_shared<Node>(Node{std::move(status), std::move(rejoin)});
  changed_ = true;
  wake_.notify_one();
}

void Heartbeat::set_epoch(const std::string& epoch) {
  const core::Lock lock(mutex_);
  epoch_ = epoch;
  changed_ = true;
  wake_.notify_one();
}

bool Heartbeat::has_lease() const {
  return core::steady_now() < lease_end_.load();
}

void Heartbeat::run(const std::stop_token& stop) {
  bool worked = true;
  while (!stop.stop_requested()) {
    auto works = connect();
    if (works) works = beat();
    if (works && core::steady_now() >= ask_at_) works = ask_for_lease();
    if (works.has_value() != std::exchange(worked, works.has_value()) && !works) {
      spdlog::warn("cannot write this node's heartbeat error=\"{}\"", works.error().text);
    }
    const core::SteadyTime next = core::steady_now() + kBeatPeriod;
    core::Lock lock(mutex_);
    while (!changed_ && !stop.stop_requested() && core::steady_now() < next) {
      wake_.wait_for(mutex_, stop, next - core::steady_now());
    }
  }
  give_up_lease();
}

Result<void> Heartbeat::connect() {
  if (connection_ && connection_->usable()) return {};
  connection_.reset();
  auto opened = Connection::open(where_, Connection::Use::watching);
  if (!opened) return opened.error();
  if (auto set = opened->run(kBeatSettings); !set) return set.error();
  connection_ = *std::move(opened);
  return {};
}

Result<void> Heartbeat::beat() {
  std::shared_ptr<Node> node;
  std::string epoch;
  {
    const core::Lock lock(mutex_);
    node = reported_;
    epoch = epoch_;
    changed_ = false;
  }
  const NodeStatus now = node ? node->status() : NodeStatus();
  const auto asked = clock_.ask();
  const auto rows =
      connection_->query(kBeat, std::string_view(node_), std::string_view(PUSH_VERSION), std::string_view(bus_),
                         std::string_view(epoch), now.applied, static_cast<std::int64_t>(now.sockets), now.draining);
  if (!rows) return rows.error();
  newest_.store((*rows)[0].integer(0), std::memory_order_release);
  if (const auto time = (*rows)[0].time(1)) clock_.answered(asked, *time);
  if (node && !(*rows)[0].boolean(2)) node->rejoin();
  return {};
}

Result<void> Heartbeat::ask_for_lease() {
  const core::SteadyTime asked = core::steady_now();
  const auto taken = any(*connection_, kAskForLease, std::string_view(node_));
  if (!taken) return taken.error();
  ask_at_ = asked + kLeasePeriod;
  const bool had = has_lease();
  lease_end_.store(*taken ? asked + kLease : core::SteadyTime::min());
  if (*taken && !had) spdlog::info("this node holds the housekeeping lease");
  return {};
}

void Heartbeat::give_up_lease() {
  if (!has_lease()) return;
  lease_end_.store(core::SteadyTime::min());
  if (!connection_) return;
  if (auto given = connection_->query(kGiveUpLease, std::string_view(node_)); !given) {
    spdlog::warn("cannot release the housekeeping lease, it will expire error=\"{}\"", given.error().text);
  }
}

}  // namespace push::store::postgres
