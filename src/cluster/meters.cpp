#include "cluster/meters.hpp"

namespace push::cluster {

namespace {

metrics::Counter& dropped(metrics::Registry& metrics, const char* labels) {
  return metrics.counter("push_cluster_dropped_total", "Announcements that were not sent, or were ignored on arrival.",
                         labels);
}

}  // namespace

Meters::Meters(metrics::Registry& metrics)
    : published(metrics.counter("push_cluster_published_total", "Announcements sent to other nodes.")),
      published_bytes(
          metrics.counter("push_cluster_published_bytes_total", "Bytes of announcements sent to other nodes.")),
      received(metrics.counter("push_cluster_received_total", "Announcements received from other nodes.")),
      received_bytes(
          metrics.counter("push_cluster_received_bytes_total", "Bytes of announcements received from other nodes.")),
      foreign(dropped(metrics, "reason=\"foreign_cluster\"")),
      unknown_version(dropped(metrics, "reason=\"unknown_version\"")),
      malformed(dropped(metrics, "reason=\"malformed\"")),
      buffer_full(dropped(metrics, "reason=\"buffer_full\"")),
      not_connected(dropped(metrics, "reason=\"not_connected\"")),
      reconnects(metrics.counter("push_cluster_reconnects_total", "Reconnections to NATS.")),
      slow(metrics.counter("push_cluster_slow_consumer_total",
                           "Times that NATS delivered announcements faster than this node took them.")),
      waiting(metrics.gauge("push_cluster_waiting_bytes", "Bytes of batches that wait to be sent to other nodes.")),
      up(metrics.gauge("push_cluster_up", "1 if the bus is connected and refuses nothing, otherwise 0.")) {}

}  // namespace push::cluster
