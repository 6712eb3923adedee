// How the server does, for administrators: from the metrics, the store and the process. Read only, without secrets.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "api/context.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "push/model/json.hpp"
#include "push/store/feed.hpp"
#include "push/webpush/sender.hpp"

namespace push::api {
namespace {

// The members of a JSON object.
class Members {
 public:
  void number(std::string_view name, std::int64_t value) { raw(name, std::to_string(value)); }
  void text(std::string_view name, std::string_view value) {
    std::string quoted;
    model::append_json_string(quoted, value);
    raw(name, quoted);
  }
  void raw(std::string_view name, std::string_view json) {
    out_ += out_.empty() ? "\"" : ",\"";
    out_.append(name).append("\":").append(json);
  }
  std::string object() const { return "{" + out_ + "}"; }

 private:
  std::string out_;
};

std::int64_t sum_of(const metrics::Registry& metrics, std::string_view name) {
  std::int64_t sum = 0;
  for (const auto& [labels, value] : metrics.values(name)) sum += value;
  return sum;
}

// {"<value of the only label>":n, ...}
std::string by_label(const metrics::Registry& metrics, std::string_view name) {
  Members members;
  for (const auto& [labels, value] : metrics.values(name)) {
    const std::size_t begin = labels.find('"') + 1;
    members.number(std::string_view(labels).substr(begin, labels.rfind('"') - begin), value);
  }
  return members.object();
}

// Cumulative, as Prometheus has them: [[seconds, how many took at most that], ...]. What took longer is only in count.
std::string histogram(const metrics::Registry& metrics, std::string_view name) {
  const metrics::Histogram* const found = metrics.find_histogram(name);
  if (found == nullptr) return "null";
  std::string buckets;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < metrics::Histogram::kBuckets; ++i) {
    total += found->bucket(i);
    const std::string micros = std::to_string(std::uint64_t{1} << i);
    buckets += (buckets.empty() ? "[" : ",[") + micros + "e-6," + std::to_string(total) + "]";
  }
  Members members;
  members.raw("buckets", "[" + buckets + "]");
  members.raw("count", std::to_string(total + found->bucket(metrics::Histogram::kBuckets)));
  members.raw("sum", std::to_string(found->sum_microseconds()) + "e-6");
  return members.object();
}

// Resident bytes of the process; 0 = unknown.
std::int64_t memory() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  file >> size >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

std::string node(std::string_view name, bool self, std::string_view state, std::uint64_t applied,
                 std::uint64_t behind) {
  Members members;
  members.text("name", name);
  members.raw("self", self ? "true" : "false");
  members.text("state", state);
  members.raw("applied", std::to_string(applied));
  members.raw("behind", std::to_string(behind));
  return members.object();
}

std::string nodes_of(Context& context) {
  const std::string& own = context.services.node;
  const auto listed = context.services.store.list_nodes();
  if (!listed || listed->empty()) {
    const bool ready = context.services.store.ping() && !context.services.readiness.trouble();
    const auto newest = context.services.store.newest_message();
    return "[" + node(own, true, ready ? "live" : "not ready", newest ? core::value(*newest) : 0, 0) + "]";
  }
  std::string out;
  for (const store::NodeRow& one : *listed) {
    const std::uint64_t applied = core::value(one.status.applied);
    const std::uint64_t head = core::value(one.head);
    out += out.empty() ? "" : ",";
    out += node(one.name, one.name == own, store::state_of(one), applied, head > applied ? head - applied : 0);
  }
  return "[" + out + "]";
}

std::string push_of(const webpush::Sender::State& state) {
  Members members;
  members.raw("queue", std::to_string(state.queue));
  members.raw("limit", std::to_string(state.limit));
  members.raw("sent", std::to_string(state.sent));
  members.raw("failed", std::to_string(state.failed));
  return members.object();
}

}  // namespace

core::Result<void> must_be_admin(const Context& context) {
  if (context.principal->admin) return {};
  return core::failure(core::ErrorCode::forbidden, "you are not allowed to access this api");
}

net::Response server_state(Context& context) {
  const Services& services = context.services;
  const metrics::Registry& metrics = services.metrics;
  Members queue;
  queue.number("used", sum_of(metrics, "push_store_queue_length"));
  queue.raw("limit", std::to_string(services.config.database.queue));
  Members out;
  out.text("version", PUSH_VERSION);
  out.text("commit", commit());
  out.text("start", core::rfc3339(services.start));
  out.text("dialect", services.config.database.dialect);
  out.raw("nodes", nodes_of(context));
  out.raw("connections", by_label(metrics, "push_streams"));
  out.number("users", sum_of(metrics, "push_online_users"));
  out.raw("queue", queue.object());
  out.number("messages", sum_of(metrics, "push_messages_stored_total"));
  out.number("deliveries", sum_of(metrics, "push_stream_deliveries_total"));
  out.number("memory", memory());
  if (const auto bytes = services.store.disk_bytes()) out.raw("database", std::to_string(*bytes));
  out.number("wal", sum_of(metrics, "push_store_wal_bytes"));
  out.raw("closes", by_label(metrics, "push_stream_closed_total"));
  if (services.webpush != nullptr) out.raw("push", push_of(services.webpush->state()));
  out.raw("post", histogram(metrics, "push_http_post_seconds"));
  out.raw("delivery", histogram(metrics, "push_stream_delivery_seconds"));
  return json(out.object());
}

}  // namespace push::api
