// What the sender counts.
#pragma once
#include "push/metrics/registry.hpp"

namespace push::webpush {

struct Meters {
  explicit Meters(metrics::Registry& metrics)
      : accepted(of(metrics, "accepted")),
        refused(of(metrics, "refused")),
        gone(of(metrics, "gone")),
        delayed(of(metrics, "delayed")),
        expired(of(metrics, "expired")),
        queue(metrics.gauge("push_webpush_queue", "Pushes that wait in memory or are under way.")),
        full(metrics.counter("push_webpush_queue_full_total",
                             "How often messages had to wait in the database because the queue of pushes was full.")),
        seconds(metrics.histogram("push_webpush_seconds", "From the start of a push to its answer.")) {}

  metrics::Counter& accepted;
  metrics::Counter& refused;
  metrics::Counter& gone;
  metrics::Counter& delayed;
  metrics::Counter& expired;
  metrics::Gauge& queue;
  metrics::Counter& full;
  metrics::Histogram& seconds;

 private:
  static metrics::Counter& of(metrics::Registry& metrics, const char* outcome) {
    return metrics.counter("push_webpush_pushes_total",
                           "Pushes by outcome: accepted by the push service; refused; gone (the browser has "
                           "unsubscribed); delayed (to be sent again); expired (older than six hours).",
                           "outcome=\"" + std::string(outcome) + "\"");
  }
};

}  // namespace push::webpush
