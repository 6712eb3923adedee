// pending: many posters at one user with many subscribers, so that many frames wait for each connection and share a
// write; against send() calls of the same size.
#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/raw_sender.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct PendingOptions : CommonOptions {
  unsigned connections = 5'000;
  unsigned threads = 1;
  unsigned rounds = 5;
};

constexpr unsigned kPosters = 64;
constexpr std::array<unsigned, 2> kBursts{96, 256};  // messages posted before everybody must have received them
constexpr unsigned kMessages = 1024;                 // about as many a round
constexpr double kLeastPerSend = 32;                 // frames, or the figure is not what it says

// One side's rounds.
struct Rounds {
  std::vector<double> frames_per_cpu_second;
  std::vector<double> frames_per_segment;
  std::vector<double> frames_per_second;
  std::vector<double> client_cpu_us;

  void add(double frames, double segments, std::int64_t cpu, std::int64_t client_cpu, std::int64_t elapsed) {
    frames_per_cpu_second.push_back(frames * 1e9 / static_cast<double>(cpu));
    frames_per_segment.push_back(frames / segments);
    frames_per_second.push_back(frames * 1e9 / static_cast<double>(elapsed));
    client_cpu_us.push_back(static_cast<double>(client_cpu) / 1e3 / frames);
  }
  Json figures() const {
    return {{"frames_per_cpu_second", median(frames_per_cpu_second)},
            {"frames_per_cpu_second_rounds", frames_per_cpu_second},
            {"frames_per_segment", median(frames_per_segment)},
            {"frames_per_segment_rounds", frames_per_segment},
            {"frames_per_second", median(frames_per_second)},
            {"client_cpu_us_per_frame", median(client_cpu_us)}};
  }
};

class ServerSide {
 public:
  ServerSide(const PendingOptions& options, unsigned messages)
      : connections_(options.connections),
        messages_(messages),
        size_(options.size),
        server_({.program = options.program, .directory = options.dir, .threads = options.threads}),
        subscribers_({.port = server_.port(), .source_net = 60, .counts = true}),
        posters_(server_.port(), kPosters) {
    subscribers_.open_up_to(connections_);
    burst(1);
  }

  void round(Rounds& rounds) {
    const std::uint64_t segments = subscribers_.segments();
    const std::int64_t cpu = server_.cpu_ns();
    const std::int64_t client_cpu = subscribers_.cpu_ns();
    const std::int64_t start = monotonic_ns();
    const unsigned bursts = kMessages / messages_;
    for (unsigned i = 0; i < bursts; ++i) burst(messages_);
    const std::int64_t end = monotonic_ns();
    const std::int64_t cpu_after = server_.cpu_ns();
    const std::int64_t client_cpu_after = subscribers_.cpu_ns();
    const std::uint64_t segments_after = subscribers_.segments();
    rounds.add(double{1} * bursts * messages_ * connections_, static_cast<double>(segments_after - segments),
               cpu_after - cpu, client_cpu_after - client_cpu, end - start);
  }

  std::string frame() { return subscribers_.last_frame(); }

 private:
  // Posts so many messages with all posters and waits until everybody has each of them.
  void burst(unsigned messages) {
    total_ += messages;
    subscribers_.begin_await_sequence(total_);
    unsigned posted = 0;
    unsigned answered = 0;
    for (const Deadline deadline(60); answered < messages;) {
      if (deadline.passed()) fail("POSTs were not answered");
      for (; posted < messages && posters_.has_free(); ++posted) {
        const std::string text = stamp_text({monotonic_ns(), total_ - messages + posted + 1, 0}, size_);
        posters_.send(post_request(server_.port(), application_token(0), text), 0);
      }
      posters_.poll(1000, [&](std::uint64_t, std::int64_t, const Response& response) {
        if (response.status != 200) fail("POST answered " + std::to_string(response.status));
        ++answered;
      });
    }
    subscribers_.end_await_sequence();
    if (subscribers_.take_summary().deliveries != std::uint64_t{total_} * connections_)
      fail("deliveries do not add up");
  }

  unsigned connections_;
  unsigned messages_;
  std::size_t size_;
  Server server_;
  SubscriberProcess subscribers_;
  PostPool posters_;
  std::uint32_t total_ = 0;
};

// The same number of frames in each send(), and as many sends as the server's.
class RawSide {
 public:
  RawSide(unsigned connections, std::string frame)
      : connections_(connections),
        frame_(std::move(frame)),
        sender_(connections),
        subscribers_({.port = sender_.port(), .source_net = 61}) {
    subscribers_.open_up_to(connections_);
    sender_.await_accepted();
    send(1);
  }

  void round(Rounds& rounds, unsigned frames, unsigned sends) {
    const std::uint64_t segments = subscribers_.segments();
    const std::int64_t cpu = sender_.cpu_ns();
    const std::int64_t client_cpu = subscribers_.cpu_ns();
    const std::int64_t start = monotonic_ns();
    for (unsigned i = 0; i < sends; ++i) send(frames);
    const std::int64_t end = monotonic_ns();
    const std::int64_t cpu_after = sender_.cpu_ns();
    const std::int64_t client_cpu_after = subscribers_.cpu_ns();
    const std::uint64_t segments_after = subscribers_.segments();
    rounds.add(double{1} * frames * sends * connections_, static_cast<double>(segments_after - segments),
               cpu_after - cpu, client_cpu_after - client_cpu, end - start);
  }

 private:
  void send(unsigned frames) {
    std::string joined;
    for (unsigned i = 0; i < frames; ++i) {
      restamp(frame_, {.sent_ns = monotonic_ns(), .sequence = ++total_, .user = 0});
      joined += frame_;
    }
    subscribers_.begin_await_sequence(total_);
    sender_.start(joined);
    sender_.await_sent();
    subscribers_.end_await_sequence();
  }

  unsigned connections_;
  std::string frame_;
  RawSender sender_;
  SubscriberProcess subscribers_;
  std::uint32_t total_ = 0;
};

Json run_with(const PendingOptions& options, unsigned messages) {
  ServerSide ours(options, messages);
  RawSide raw(options.connections, ours.frame());
  Rounds warming;
  ours.round(warming);
  Rounds of_ours;
  Rounds of_raw;
  std::vector<double> ratios;
  for (unsigned round = 1; round <= options.rounds; ++round) {
    progress("pending, " + std::to_string(messages) + " messages at once, round " + std::to_string(round) + " of " +
             std::to_string(options.rounds));
    ours.round(of_ours);
    const unsigned frames = std::max(1U, static_cast<unsigned>(of_ours.frames_per_segment.back() + 0.5));
    raw.round(of_raw, frames, kMessages / frames);
    ratios.push_back(of_ours.frames_per_cpu_second.back() / of_raw.frames_per_cpu_second.back());
  }
  const double per_send = median(of_ours.frames_per_segment);
  if (per_send < kLeastPerSend) {
    fail("only " + decimal(per_send, 1) + " frames a send were pending: the figure wants " + decimal(kLeastPerSend, 0));
  }
  return {{"connections", options.connections},
          {"posters", kPosters},
          {"burst", messages},
          {"frame_bytes", ours.frame().size()},
          {"server", of_ours.figures()},
          {"raw_send", of_raw.figures()},
          {"ratios", ratios},
          {"ratio", median(ratios)}};
}

void print_side(Table& table, const std::string& name, const Json& figures) {
  const auto text = [&](const char* key, int places) { return decimal(figures[key].get<double>(), places); };
  table.row({name, text("frames_per_cpu_second", 0), text("frames_per_segment", 1), text("frames_per_second", 0),
             text("client_cpu_us_per_frame", 3)});
}

Json run_pending(const PendingOptions& options) {
  Json all = Json::object();
  Table table({"pending", "frames/CPU-second", "frames/send", "frames/s", "client us/frame"});
  std::string verdict;
  for (const unsigned messages : kBursts) {
    const std::string name = std::to_string(messages) + " messages at once";
    const Json figures = run_with(options, messages);
    print_side(table, name, figures["server"]);
    print_side(table, "  raw send", figures["raw_send"]);
    verdict += name + ": server / raw send = " + decimal(figures["ratio"].get<double>(), 3) +
               " by frames per CPU-second (must be >= 1000000 frames)\n";
    all["burst_" + std::to_string(messages)] = figures;
  }
  table.print();
  std::printf("%s", verdict.c_str());
  return all;
}

void bind(Flags& flags, PendingOptions& options) {
  flags.add("--connections", options.connections, "subscribers");
  flags.add("--threads", options.threads, "loops of the server; 0: one per core");
  flags.add("--rounds", options.rounds, "rounds");
}

}  // namespace

Scenario pending_scenario() {
  return scenario("pending", "many posters at one user, so that frames share a write", bind, run_pending);
}

}  // namespace push::bench
