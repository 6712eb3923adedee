#include "cluster/meters.hpp"

namespace push::cluster {

namespace {

metrics::Counter& dropped(metrics::Registry& metrics, const char* labels) {
  return metrics.counter("push_cluster_dropped_total", "announcements that were neither sent nor used", labels);
}

}  // namespace

Meters::Meters(metrics::Registry& metrics)
    : published(metrics.counter("push_cluster_published_total", "announcements sent to other nodes")),
      published_bytes(metrics.counter("push_cluster_published_bytes_total", "bytes of these")),
      received(metrics.counter("push_cluster_received_total", "announcements of other nodes")),
      received_bytes(metrics.counter("push_cluster_received_bytes_total", "bytes of these")),
      foreign(dropped(metrics, "reason=\"foreign_cluster\"")),
      unknown_version(dropped(metrics, "reason=\"unknown_version\"")),
      malformed(dropped(metrics, "reason=\"malformed\"")),
      buffer_full(dropped(metrics, "reason=\"buffer_full\"")),
      not_connected(dropped(metrics, "reason=\"not_connected\"")),
      reconnects(metrics.counter("push_cluster_reconnects_total", "times that the bus came back")),
      slow(metrics.counter("push_cluster_slow_consumer_total",
                           "times that announcements of other nodes came faster than they were taken")),
      waiting(metrics.gauge("push_cluster_waiting_bytes", "bytes of batches that wait to be sent to other nodes")),
      up(metrics.gauge("push_cluster_up", "whether announcements arrive: 1 or 0")) {}

}  // namespace push::cluster
