// The metrics of a follower.
#pragma once
#include "push/metrics/registry.hpp"

namespace push::delivery {

struct Meters {
  explicit Meters(metrics::Registry& metrics)
      : received(
            metrics.counter("push_cluster_messages_received_total", "Messages of other nodes received over the bus.")),
        read(metrics.counter("push_cluster_messages_read_total",
                             "Messages read from the database because the bus did not bring them.")),
        duplicates(metrics.counter("push_cluster_duplicates_total",
                                   "Batches dropped because they had been delivered already.")),
        held(metrics.counter("push_cluster_batches_held_total", "Batches held because an earlier one was missing.")),
        forgotten(metrics.counter("push_cluster_batches_forgotten_total",
                                  "Batches dropped to be read from the database, because too many were held or an "
                                  "event loop was too far behind.")),
        repaired(metrics.counter("push_cluster_gaps_repaired_total",
                                 "Gaps in the bus's messages closed by reading the database.")),
        swept(metrics.counter("push_cluster_sweeps_found_total",
                              "Periodic reads of the database that found messages the bus had not announced.")),
        log(metrics.counter("push_cluster_log_entries_total", "Entries of the event log applied.")),
        epochs(metrics.counter("push_cluster_epochs_total",
                               "Epochs begun because the database had gone back to an earlier state.")),
        failed(metrics.counter("push_cluster_failed_reads_total", "Failed reads of the database.")) {}

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
