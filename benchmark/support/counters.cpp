#include "benchmark/support/counters.hpp"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

constexpr unsigned kRestUs = 50'000;  // a server that has done nothing for this long is idle
constexpr int kRestTries = 100;

// Reads until two readings agree.
Counts settled(const auto& read_once) {
  Counts before = read_once();
  for (int i = 0; i < kRestTries; ++i) {
    ::usleep(kRestUs);
    Counts now = read_once();
    if (now == before) return now;
    before = std::move(now);
  }
  fail("the server did not become idle");
}

std::vector<std::string> joined(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// All threads on one processor, and a thread that wakes up does not preempt another: whether a loop sleeps when the
// writer calls it, and so how often it is woken, is then not random.
std::vector<std::string> in_turn() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  must(::sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
  int processor = 0;
  while (!CPU_ISSET(processor, &allowed)) ++processor;
  return {"/usr/bin/env", "taskset", "--cpu-list", std::to_string(processor), "chrt", "--batch", "0"};
}

// The library next to this program writes its counts into a file: a number of eight bytes each.
class AllocationCounter : public Counter {
 public:
  enum class Kind { allocations, bytes };  // in the file's order

  AllocationCounter(const std::string& directory, Kind kind) : kind_(kind), file_(directory + "/allocations") {
    std::ofstream(file_).write(std::array<char, 2 * sizeof(std::uint64_t)>{}.data(), 2 * sizeof(std::uint64_t));
    library_ = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libpush_count_allocations.so";
    if (::access(library_.c_str(), R_OK) != 0) fail(library_ + ": no such library; build push_count_allocations first");
  }

  std::vector<std::string> under() const override {
    return joined(in_turn(), {"env", "LD_PRELOAD=" + library_, "PUSH_ALLOCATIONS_FILE=" + file_});
  }
  void start(pid_t) override {
    if (number() == 0) fail("the server allocated nothing: " + library_ + " is not loaded");
  }
  Counts read() override {
    return settled([this] { return Counts{{kind_ == Kind::bytes ? "byte" : "allocation", number()}}; });
  }

 private:
  double number() const {
    std::array<std::uint64_t, 2> values{};
    std::array<char, sizeof values> bytes{};
    if (!std::ifstream(file_, std::ios::binary).read(bytes.data(), bytes.size())) fail("cannot read " + file_);
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return static_cast<double>(values.at(static_cast<std::size_t>(kind_)));
  }

  const Kind kind_;
  std::string file_;
  std::string library_;
};

// strace writes one line per call; a call interrupted by another thread's has a second line, "<... name resumed>". With
// -D the tracer is the server's grandchild, so that the server is our child, to watch and to end.
class SystemCallCounter : public Counter {
 public:
  explicit SystemCallCounter(const std::string& directory) : file_(directory + "/strace") {}

  std::vector<std::string> under() const override {
    return joined(in_turn(), {"strace", "-D", "-f", "-qq", "-e", "signal=none", "-e", "raw=all", "-o", file_});
  }
  void start(pid_t) override {
    if (read().empty()) fail("strace saw no system call of the server; see " + file_);
  }
  Counts read() override {
    return settled([this] {
      take_lines();
      return counts_;
    });
  }

 private:
  void take_lines() {
    std::ifstream log(file_);
    if (!log.seekg(static_cast<std::streamoff>(taken_))) fail("cannot read " + file_);
    for (std::string line; std::getline(log, line) && !log.eof();) {  // a line without a line break is incomplete
      taken_ += line.size() + 1;
      const std::size_t begin = line.find_first_not_of("0123456789 ");
      const std::size_t end = line.find('(');
      if (begin != std::string::npos && end != std::string::npos && line[begin] != '<' && line[begin] != '+') {
        ++counts_[line.substr(begin, end - begin)];
      }
    }
  }

  std::string file_;
  std::size_t taken_ = 0;
  Counts counts_;
};

// callgrind writes one file per dump and then starts counting again. vgdb sends it commands.
class InstructionCounter : public Counter {
 public:
  explicit InstructionCounter(std::string directory) : directory_(std::move(directory)) {}

  // glibc and libcrypto choose among variants of a function by the processor's features; here always the baseline one,
  // so that the count is the same on every machine.
  std::vector<std::string> under() const override {
    return {
        "/usr/bin/env",
        "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-BMI2,-RTM,-ERMS,-FSRM,-SSSE3,-SSE4_1,-SSE4_2",
        "OPENSSL_ia32cap=0:0",
        "valgrind",
        "--tool=callgrind",
        "--instr-atstart=no",
        "--vgdb-prefix=" + directory_ + "/vgdb",
        "--callgrind-out-file=" + directory_ + "/callgrind"};
  }
  void start(pid_t server) override {
    server_ = server;
    tell("instrumentation on");
  }
  Counts read() override {
    ::usleep(2 * kRestUs);
    tell("dump");
    add(directory_ + "/callgrind." + std::to_string(++dumps_));
    return counts_;
  }

 private:
  void tell(const std::string& words) const {
    const std::string command =
        "vgdb --vgdb-prefix=" + directory_ + "/vgdb --pid=" + std::to_string(server_) + " " + words + " 2>&1";
    FILE* answer = ::popen(command.c_str(), "r");
    if (answer == nullptr) fail_errno("popen");
    std::string text;
    for (int byte = 0; (byte = std::fgetc(answer)) != EOF;) text += static_cast<char>(byte);
    if (::pclose(answer) != 0) fail(command + ": " + text);
  }

  // The instructions of each binary itself. A line "<position> <instructions>" counts for the last "ob="; the one after
  // "calls=" is the cost of the called function, which has its own lines.
  void add(const std::string& dump) {
    std::ifstream file(dump);
    std::map<std::string, std::string> names;  // "(1) /usr/lib/libc.so.6" the first time, then "(1)"
    std::string object;
    bool called = false;
    bool any = false;
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("ob=", 0) == 0 || line.rfind("cob=", 0) == 0) {
        const std::size_t end = line.find(')');
        const std::string key = line.substr(line.find('('), end - line.find('('));
        if (line.size() > end + 2) names[key] = std::filesystem::path(line.substr(end + 2)).filename();
        if (line.front() == 'o') object = names[key];
      } else if (line.rfind("calls=", 0) == 0) {
        called = true;
      } else if (!line.empty() && std::strchr("0123456789+-*", line.front()) != nullptr) {
        if (!called) counts_[object] += std::stod(line.substr(line.rfind(' ')));
        called = false;
        any = true;
      }
    }
    if (!any) fail(dump + ": callgrind wrote no instructions");
  }

  std::string directory_;
  pid_t server_ = -1;
  unsigned dumps_ = 0;
  Counts counts_;
};

}  // namespace

std::unique_ptr<Counter> count_allocations(const std::string& directory) {
  return std::make_unique<AllocationCounter>(directory, AllocationCounter::Kind::allocations);
}
std::unique_ptr<Counter> count_heap_bytes(const std::string& directory) {
  return std::make_unique<AllocationCounter>(directory, AllocationCounter::Kind::bytes);
}
std::unique_ptr<Counter> count_system_calls(const std::string& directory) {
  return std::make_unique<SystemCallCounter>(directory);
}
std::unique_ptr<Counter> count_instructions(const std::string& directory) {
  return std::make_unique<InstructionCounter>(directory);
}

}  // namespace push::bench
