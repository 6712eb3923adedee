// What a node counts of following the others.
#pragma once
#include "push/metrics/registry.hpp"

namespace push::delivery {

struct Meters {
  explicit Meters(metrics::Registry& metrics)
      : received(metrics.counter("push_cluster_messages_received_total",
                                 "Messages of other nodes that the bus has brought.")),
        read(metrics.counter("push_cluster_messages_read_total",
                             "Messages that were read from the store, whether "
                             "there is no bus that brings them or one was lost.")),
        duplicates(metrics.counter("push_cluster_duplicates_total", "Batches dropped: they had been handed out.")),
        held(metrics.counter("push_cluster_batches_held_total", "Batches that arrived before the one in front.")),
        forgotten(metrics.counter("push_cluster_batches_forgotten_total",
                                  "Batches read from the store instead, because too many were held or a loop is too "
                                  "far behind.")),
        repaired(metrics.counter("push_cluster_gaps_repaired_total", "Reads of the store that closed a gap.")),
        swept(metrics.counter("push_cluster_sweeps_found_total",
                              "Regular looks into the store that found what no bus had told.")),
        log(metrics.counter("push_cluster_log_entries_total", "Entries of the log applied.")),
        epochs(metrics.counter("push_cluster_epochs_total", "Epochs begun because the database had gone back.")),
        failed(metrics.counter("push_cluster_failed_reads_total", "Reads of the store that failed.")) {}

  metrics::Counter& received;
  metrics::Counter& read;
  metrics::Counter& duplicates;
  metrics::Counter& held;
  metrics::Counter& forgotten;
  metrics::Counter& repaired;
  metrics::Counter& swept;
  metrics::Counter& log;
  metrics::Counter& epochs;
  metrics::Counter& failed;
};

}  // namespace push::delivery
