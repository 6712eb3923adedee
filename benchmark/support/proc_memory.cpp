#include "benchmark/support/proc_memory.hpp"

#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

double pss_anon(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/smaps_rollup";
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Pss_Anon:", 0) == 0) return std::stod(line.substr(9)) * 1024;
  }
  fail(path + ": no Pss_Anon");
}

bool of_a_socket(const std::string& name) {
  return name == "TCP" || name == "sock_inode_cache" || name == "filp" || name == "dentry" || name == "eventpoll_epi" ||
         name == "ep_head";
}

}  // namespace

double settled_pss_anon(pid_t process) {
  double before = pss_anon(process);
  for (int i = 0; i < 20; ++i) {
    ::usleep(100'000);
    const double now = pss_anon(process);
    if (std::abs(now - before) < 1) return now;
    before = now;
  }
  return before;
}

Slabs socket_slabs() {
  std::ifstream file("/proc/slabinfo");
  Slabs rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double active = 0;
    double total = 0;
    double size = 0;
    double per_slab = 0;
    double pages = 0;
    words >> name >> active >> total >> size >> per_slab >> pages;
    if (!words || !of_a_socket(name)) continue;
    rows[name] = {active, pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / per_slab};
  }
  return rows;
}

std::map<std::string, double> meminfo() {
  std::ifstream file("/proc/meminfo");
  std::map<std::string, double> lines;
  std::string name;
  std::string rest;
  for (double kilobytes = 0; file >> name >> kilobytes && std::getline(file, rest);) {
    name.pop_back();  // the colon
    lines[name] = kilobytes * 1024;
  }
  return lines;
}

}  // namespace push::bench
