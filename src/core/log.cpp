#include "push/core/log.hpp"

#include <pthread.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <new>
#include <string>
#include <utility>

#include "core/log_output.hpp"
#include "push/core/check.hpp"
#include "push/core/clock.hpp"

namespace push::core {
namespace {

struct Level {
  std::string_view word;    // INF, WRN, ERR: Gotify's, which admins feed to fail2ban (protocol 5.3)
  std::string_view colour;  // for a terminal
};
constexpr std::array<Level, 7> kLevels{{{"TRC", "\033[37m"},
                                        {"DBG", "\033[36m"},
                                        {"INF", "\033[32m"},
                                        {"WRN", "\033[33m\033[1m"},
                                        {"ERR", "\033[31m\033[1m"},
                                        {"FTL", "\033[1m\033[41m"},
                                        {"OFF", ""}}};

class LevelWord final : public spdlog::custom_flag_formatter {
 public:
  explicit LevelWord(bool colours) : colours_(colours) {}
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const Level& level = kLevels.at(static_cast<std::size_t>(message.level));
    const auto append = [&out](std::string_view text) { out.append(text.data(), text.data() + text.size()); };
    if (colours_) append(level.colour);
    append(level.word);
    if (colours_) append("\033[m");
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelWord>(colours_); }

 private:
  bool colours_;
};

spdlog::level::level_enum level_called(std::string_view word) {
  if (word == "trace") return spdlog::level::trace;
  if (word == "debug") return spdlog::level::debug;
  if (word == "info") return spdlog::level::info;
  if (word == "warn") return spdlog::level::warn;
  if (word == "error") return spdlog::level::err;
  if (word == "fatal" || word == "panic") return spdlog::level::critical;
  PUSH_CHECK(word == "disabled");
  return spdlog::level::off;
}

std::atomic<Log*> the_log{nullptr};

}  // namespace

// The near end: any thread, and no lock. It cuts what is too long before it is queued.
class Log::Intake final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit Intake(std::shared_ptr<spdlog::logger> queue) : queue_(std::move(queue)) {}
  // Lines put into the queue. Any thread.
  std::uint64_t put() const { return put_.load(std::memory_order_relaxed); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    put_.fetch_add(1, std::memory_order_relaxed);
    const std::string_view text(message.payload.data(), message.payload.size());
    if (text.size() <= Log::kMaxLine) return queue_->log(message.time, message.source, message.level, message.payload);
    std::size_t end = Log::kMaxLine;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
    const std::string cut = std::string(text.substr(0, end)) + "... cut_bytes=" + std::to_string(text.size() - end);
    queue_->log(message.time, message.source, message.level, cut);
  }
  void flush_() override {}

  const std::shared_ptr<spdlog::logger> queue_;
  std::atomic<std::uint64_t> put_{0};
};

struct Log::Parts {
  std::shared_ptr<spdlog::logger> before;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<LogOutput> output;
  std::shared_ptr<Intake> intake;
};

Log::Log(std::string_view level, bool colours, int descriptor) : parts_(std::make_shared<Parts>()) {
  Parts& parts = *parts_;
  parts.before = spdlog::default_logger();
  parts.queue =
      std::make_shared<spdlog::details::thread_pool>(kQueue, 1, [] { ::pthread_setname_np(::pthread_self(), "log"); });
  parts.output = std::make_shared<LogOutput>(descriptor, *parts.queue);
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LevelWord>('*', colours && ::isatty(descriptor) == 1 && spdlog::details::os::is_color_terminal())
      .set_pattern("%Y-%m-%dT%H:%M:%SZ %* %v");
  parts.output->set_formatter(std::move(formatter));
  // spdlog would print its own troubles to stderr, whose reader may be the same.
  const auto on_error = [output = parts.output](const std::string&) { output->count_failure(); };
  auto queue = std::make_shared<spdlog::async_logger>("", parts.output, parts.queue,
                                                      spdlog::async_overflow_policy::overrun_oldest);
  queue->set_level(spdlog::level::trace);
  queue->set_error_handler(on_error);
  parts.intake = std::make_shared<Intake>(std::move(queue));
  auto logger = std::make_shared<spdlog::logger>("", parts.intake);
  logger->set_level(level_called(level));
  logger->set_error_handler(on_error);
  spdlog::set_default_logger(std::move(logger));
  the_log.store(this);
}

Log::~Log() {
  the_log.store(nullptr);
  spdlog::set_default_logger(parts_->before);
  parts_->output->give_up_at(steady_now() + kFarewell);
  // A write that hangs in the kernel, e.g. on a dead disk, holds the thread. It ends with the process.
  if (!flush(2 * kFarewell)) static_cast<void>(new (std::nothrow) std::shared_ptr<Parts>(parts_));
}

std::uint64_t Log::dropped() const {
  return parts_->output->dropped();
}

bool Log::flush(std::chrono::milliseconds time) {
  const SteadyTime end = steady_now() + time;
  const auto written = [this] {
    return parts_->output->taken() + parts_->queue->overrun_counter() >= parts_->intake->put();
  };
  while (!written()) {
    if (steady_now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void flush_log(std::chrono::milliseconds time) {
  if (Log* log = the_log.load(); log != nullptr) log->flush(time);
}

}  // namespace push::core
