#include "push/core/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <regex>
#include <string>
#include <thread>
#include <utility>

#include "push/core/check.hpp"
#include "push/core/clock.hpp"
#include "push/core/descriptor.hpp"

namespace push::core {
namespace {

using namespace std::chrono_literals;

// A pipe of one page, which a log fills and a test may read.
class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
    ASSERT_GT(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
    ASSERT_EQ(::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
  }

  // What is in the pipe now.
  std::string read_now() {
    std::string text;
    char part[4096];
    for (ssize_t size = 0; (size = ::read(reader_.get(), part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(size));
    return text;
  }
  // Reads until `log` has nothing left.
  std::string drain(Log& log) {
    std::string text;
    while (!log.flush(1ms)) text += read_now();
    return text + read_now();
  }

  Descriptor reader_;
  Descriptor writer_;
};

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(LogTest, KnowsGotifysLevels) {
  const std::pair<const char*, spdlog::level::level_enum> levels[] = {
      {"trace", spdlog::level::trace},    {"debug", spdlog::level::debug}, {"info", spdlog::level::info},
      {"warn", spdlog::level::warn},      {"error", spdlog::level::err},   {"fatal", spdlog::level::critical},
      {"panic", spdlog::level::critical}, {"disabled", spdlog::level::off}};
  for (const auto& [word, level] : levels) {
    const Log log(word, false, writer_.get());
    EXPECT_EQ(spdlog::default_logger()->level(), level) << word;
  }
}

TEST_F(LogTest, ALineIsTimeInUtcGotifysLevelWordAndText) {
  Log log("trace", true, writer_.get());
  spdlog::trace("a");
  spdlog::debug("b");
  spdlog::info("port {}", 80);
  spdlog::warn("d");
  spdlog::error("e");
  spdlog::critical("f");
  const std::string lines = drain(log);
  const std::string time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ ";
  const std::regex expected(time + "TRC a\n" + time + "DBG b\n" + time + "INF port 80\n" + time + "WRN d\n" + time +
                            "ERR e\n" + time + "FTL f\n");
  EXPECT_TRUE(std::regex_match(lines, expected)) << lines;
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNotWritten) {
  Log log("warn", false, writer_.get());
  spdlog::info("not shown");
  EXPECT_EQ(drain(log), "");
}

TEST_F(LogTest, ALongLineIsCutBetweenTwoCharacters) {
  Log log("info", false, writer_.get());
  spdlog::info(std::string(Log::kMaxLine - 1, 'x') + "\xc3\xa9 and more");
  spdlog::info(std::string(Log::kMaxLine, 'y'));
  const std::string lines = drain(log);
  EXPECT_NE(lines.find("x... cut_bytes=11\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("y\n"), std::string::npos) << lines;
  EXPECT_EQ(log.dropped(), 0U);
}

TEST_F(LogTest, WithoutAReaderTheOldestLinesAreDroppedAndNobodyWaits) {
  Log log("info", false, writer_.get());
  constexpr std::size_t kLines = Log::kQueue + 1000;
  spdlog::info("in the pipe");
  ASSERT_TRUE(log.flush(10s));
  const SteadyTime start = steady_now();
  for (std::size_t i = 0; i < kLines; ++i) spdlog::info("line={}", i);
  EXPECT_LT(steady_now() - start, 5s) << "only the machine's load";
  EXPECT_FALSE(log.flush(10ms));
  const std::uint64_t dropped = log.dropped();
  EXPECT_GT(dropped, 0U);
  const std::string lines = drain(log);
  EXPECT_NE(lines.find("in the pipe\n"), std::string::npos);
  EXPECT_NE(lines.find("line=" + std::to_string(kLines - 1) + "\n"), std::string::npos);
  std::uint64_t told = 0;
  std::size_t notes = 0;
  const std::regex missing("WRN log lines missing dropped=(\\d+)\n");
  for (std::sregex_iterator note(lines.begin(), lines.end(), missing), end; note != end; ++note, ++notes)
    told += std::stoull((*note)[1]);
  EXPECT_EQ(told, dropped);
  EXPECT_EQ(lines_of(lines), 1 + kLines - dropped + notes);
  EXPECT_EQ(log.dropped(), dropped);
}

TEST_F(LogTest, ItsEndWritesEverythingIfItIsRead) {
  std::string lines;
  std::atomic<bool> ended = false;
  std::thread reader([&] {
    while (!ended) lines += read_now();
    lines += read_now();
  });
  {
    const Log log("info", false, writer_.get());
    for (int i = 0; i < 1000; ++i) spdlog::info("line={}", i);
  }
  ended = true;
  reader.join();
  EXPECT_EQ(lines_of(lines), 1000U);
}

TEST_F(LogTest, ItsEndDoesNotWaitForEverIfItIsNot) {
  auto log = std::make_unique<Log>("info", false, writer_.get());
  for (int i = 0; i < 1000; ++i) spdlog::info("line={}", i);
  const SteadyTime start = steady_now();
  log.reset();
  EXPECT_LT(steady_now() - start, 2 * Log::kFarewell);
}

TEST_F(LogTest, AReaderThatIsGoneIsCounted) {
  Log log("info", false, writer_.get());
  ::signal(SIGPIPE, SIG_IGN);
  reader_.reset();
  spdlog::info("nobody");
  EXPECT_TRUE(log.flush(10s));
  EXPECT_EQ(log.dropped(), 1U);
}

TEST_F(LogTest, AFailedCheckSaysWhatWasLoggedBeforeAndThenItself) {
  EXPECT_DEATH(
      {
        const Log log("info", false, STDERR_FILENO);
        for (int i = 0; i < 100; ++i) spdlog::info("line={}", i);
        PUSH_CHECK(1 + 1 == 3);
      },
      "line=99\n.*broken invariant: 1 \\+ 1 == 3");
}

TEST_F(LogTest, AnUncaughtExceptionDoesTheSame) {
  EXPECT_DEATH(
      {
        std::set_terminate(terminated);
        const Log log("info", false, STDERR_FILENO);
        spdlog::info("before");
        std::thread([] { throw std::bad_alloc(); }).join();
      },
      "before\n.*uncaught exception: std::bad_alloc");
}

TEST_F(LogTest, AFailedCheckEndsTheProgramThoughNobodyReads) {
  EXPECT_EXIT(
      {
        ::dup2(writer_.get(), STDERR_FILENO);
        const Log log("info", false, writer_.get());
        for (int i = 0; i < 1000; ++i) spdlog::info("line={}", i);
        ::alarm(20);
        PUSH_CHECK(1 + 1 == 3);
      },
      ::testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace push::core
