// Memory figures from /proc.
#pragma once
#include <sys/types.h>

#include <map>
#include <string>

namespace push::bench {

// Anonymous memory of a process in bytes, shared pages counted proportionally (Pss_Anon of smaps_rollup), read again
// until two readings 100 ms apart agree.
double settled_pss_anon(pid_t process);

struct SlabRow {
  double objects = 0;     // active ones; objects in per-CPU slabs count as active, hence an error of a few dozen
  double bytes_each = 0;  // of memory: the pages of a slab divided by the objects that fit into it
};

// The rows of /proc/slabinfo that a socket lives in, by name; empty if the file is unreadable (it needs root). The
// kernel merges caches of one size: the eventpoll_epi row may hold other objects too, so count only differences.
using Slabs = std::map<std::string, SlabRow>;
Slabs socket_slabs();

// /proc/meminfo in bytes, by name.
std::map<std::string, double> meminfo();

}  // namespace push::bench
