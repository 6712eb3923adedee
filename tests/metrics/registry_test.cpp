#include "push/metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace push::metrics {
namespace {

TEST(Registry, TellsWhatItHasByName) {
  Registry registry;
  registry.counter("closed_total", "", "reason=\"a\"").add(2);
  registry.counter("closed_total", "", "reason=\"b\"").add(3);
  registry.gauge("length", "", [] { return 7; });
  registry.histogram("seconds", "").record(5);
  using Values = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(registry.values("closed_total"), (Values{{"reason=\"a\"", 2}, {"reason=\"b\"", 3}}));
  EXPECT_EQ(registry.values("length"), (Values{{"", 7}}));
  EXPECT_EQ(registry.values("none"), Values());
  ASSERT_NE(registry.find_histogram("seconds"), nullptr);
  EXPECT_EQ(registry.find_histogram("seconds")->count(), 1U);
  EXPECT_EQ(registry.find_histogram("length"), nullptr);
}

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Violations of text format 0.0.4 in a page: HELP then TYPE, once per family, families contiguous, every sample under
// its family.
std::string fault_of(const std::string& text) {
  const auto help = testing::Matches(testing::MatchesRegex("# HELP [a-zA-Z_:][a-zA-Z0-9_:]* ([^\\]|\\\\\\\\|\\\\n)*"));
  const auto type =
      testing::Matches(testing::MatchesRegex("# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram)"));
  const auto sample = testing::Matches(testing::MatchesRegex(
      "[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"]*\"(,[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"]*\")*\\})? "
      "-?[0-9]+(\\.[0-9]+)?"));
  if (!text.empty() && text.back() != '\n') return "no newline at the end";
  std::set<std::string> seen;
  std::string family;
  std::string kind;
  bool typed = true;
  for (const std::string& line : lines_of(text)) {
    const std::string name = line.substr(0, line.find_first_of(" {"));
    std::istringstream words(line);
    std::string hash, comment, subject, rest;
    words >> hash >> comment >> subject >> rest;
    if (help(line)) {
      if (!typed) return "HELP without TYPE before " + line;
      if (!seen.insert(subject).second) return "family twice: " + line;
      family = subject;
      typed = false;
    } else if (type(line)) {
      if (subject != family || typed) return "stray TYPE: " + line;
      kind = rest;
      typed = true;
    } else if (sample(line)) {
      const bool own = kind == "histogram"
                           ? name == family + "_bucket" || name == family + "_sum" || name == family + "_count"
                           : name == family;
      if (!typed || !own) return "stray sample: " + line;
    } else {
      return "neither comment nor sample: " + line;
    }
  }
  return typed ? "" : "HELP without TYPE at the end";
}

TEST(Registry, PrintsNothingWhenEmpty) {
  EXPECT_EQ(Registry().text(), "");
}

TEST(Registry, PrintsCountersAndGaugesWithHelpAndTypeOnceAFamily) {
  Registry registry;
  registry.counter("closed_total", "Connections closed.", "reason=\"slow_consumer\"").add(3);
  registry.gauge("connections", "Open connections.").set(-2);
  registry.counter("closed_total", "Connections closed.", "reason=\"gone\"").add();
  EXPECT_EQ(registry.text(),
            "# HELP closed_total Connections closed.\n"
            "# TYPE closed_total counter\n"
            "closed_total{reason=\"slow_consumer\"} 3\n"
            "closed_total{reason=\"gone\"} 1\n"
            "# HELP connections Open connections.\n"
            "# TYPE connections gauge\n"
            "connections -2\n");
}

TEST(Registry, SortsFamiliesByName) {
  Registry registry;
  registry.counter("b_total", "B");
  registry.histogram("c_seconds", "C");
  registry.gauge("a", "A");
  const std::string text = registry.text();
  EXPECT_LT(text.find("# HELP a "), text.find("# HELP b_total "));
  EXPECT_LT(text.find("# HELP b_total "), text.find("# HELP c_seconds "));
  EXPECT_EQ(fault_of(text), "");
}

TEST(Registry, GivesTheSameObjectForTheSameNameAndLabels) {
  Registry registry;
  Counter& first = registry.counter("a_total", "A", "x=\"1\"");
  EXPECT_EQ(&first, &registry.counter("a_total", "A", "x=\"1\""));
  EXPECT_NE(&first, &registry.counter("a_total", "A", "x=\"2\""));
  EXPECT_EQ(&registry.gauge("g", "G"), &registry.gauge("g", "G"));
  EXPECT_EQ(&registry.histogram("h", "H"), &registry.histogram("h", "H"));
}

TEST(Registry, EscapesBackslashAndNewlineInHelp) {
  Registry registry;
  registry.counter("a_total", "C:\\dir\nsecond \"line\"");
  EXPECT_THAT(registry.text(), HasSubstr("# HELP a_total C:\\\\dir\\nsecond \"line\"\n"));
  EXPECT_EQ(fault_of(registry.text()), "");
}

TEST(Registry, ReadsACallbackGaugeWhenItIsPrinted) {
  Registry registry;
  std::int64_t length = 1;
  registry.gauge("queue", "Jobs that wait.", [&length] { return length; });
  EXPECT_THAT(registry.text(), HasSubstr("# TYPE queue gauge\nqueue 1\n"));
  length = 7;
  EXPECT_THAT(registry.text(), HasSubstr("\nqueue 7\n"));
}

TEST(Registry, HoldsNoLockWhileItCallsAReader) {
  Registry registry;
  Counter& reads = registry.counter("reads_total", "R");
  registry.gauge("queue", "Q", [&registry] {
    registry.counter("reads_total", "R").add();
    return 0;
  });
  registry.text();
  EXPECT_EQ(reads.value(), 1u);
}

TEST(RegistryDeathTest, RefusesBadNamesAndOneNameWithTwoTypes) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  Registry registry;
  registry.counter("a_total", "A");
  EXPECT_DEATH(registry.gauge("a_total", "A"), "kind");
  EXPECT_DEATH(registry.counter("9lives", "A"), "valid_name");
  EXPECT_DEATH(registry.counter("with-dash", "A"), "valid_name");
}

TEST(Histogram, PutsAValueIntoTheSmallestBucketThatHoldsIt) {
  const std::map<std::uint64_t, std::size_t> expected = {{0, 0},
                                                         {1, 0},
                                                         {2, 1},
                                                         {3, 2},
                                                         {4, 2},
                                                         {5, 3},
                                                         {1024, 10},
                                                         {1025, 11},
                                                         {1u << 24, 24},
                                                         {(1u << 24) + 1, Histogram::kBuckets},
                                                         {~0ull >> 1, Histogram::kBuckets}};
  for (const auto& [microseconds, bucket] : expected) {
    Histogram histogram;
    histogram.record(microseconds);
    EXPECT_EQ(histogram.bucket(bucket), 1u) << microseconds;
    EXPECT_EQ(histogram.count(), 1u);
    EXPECT_EQ(histogram.sum_microseconds(), microseconds);
  }
}

TEST(Histogram, PrintsCumulativeBucketsInSecondsWithSumAndCount) {
  Registry registry;
  Histogram& histogram = registry.histogram("post_seconds", "POST.", "path=\"/message\"");
  histogram.record(1);
  histogram.record(1500);
  histogram.record(1'500'000);
  histogram.record(60'000'000);
  const std::string text = registry.text();
  EXPECT_EQ(fault_of(text), "");
  EXPECT_THAT(text, HasSubstr("# TYPE post_seconds histogram\n"
                              "post_seconds_bucket{path=\"/message\",le=\"0.000001\"} 1\n"
                              "post_seconds_bucket{path=\"/message\",le=\"0.000002\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("le=\"0.001024\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("le=\"0.002048\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("le=\"1.048576\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("le=\"2.097152\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("le=\"16.777216\"} 3\n"
                              "post_seconds_bucket{path=\"/message\",le=\"+Inf\"} 4\n"
                              "post_seconds_sum{path=\"/message\"} 61.501501\n"
                              "post_seconds_count{path=\"/message\"} 4\n"));
}

TEST(Histogram, PrintsWithoutLabels) {
  Registry registry;
  registry.histogram("x_seconds", "X").record(3'000'000);
  const std::string text = registry.text();
  EXPECT_EQ(fault_of(text), "");
  EXPECT_THAT(text, HasSubstr("x_seconds_bucket{le=\"+Inf\"} 1\nx_seconds_sum 3\nx_seconds_count 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("{,")));
}

TEST(Registry, LosesNothingUnderFourThreadsWhilePagesArePrinted) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 5000;
  Registry registry;
  Counter& counter = registry.counter("n_total", "N");
  Gauge& gauge = registry.gauge("g", "G");
  Histogram& histogram = registry.histogram("h_seconds", "H");
  std::barrier start(kThreads + 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      const std::string label = "thread=\"" + std::to_string(t) + "\"";
      for (int i = 0; i < kRounds; ++i) {
        counter.add();
        gauge.add(i % 2 == 0 ? 2 : -2);
        histogram.record(static_cast<std::uint64_t>(i));
        registry.counter("late_total", "L", label).add();
      }
    });
  }
  start.arrive_and_wait();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fault_of(registry.text()), "");
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(counter.value(), static_cast<std::uint64_t>(kThreads * kRounds));
  EXPECT_EQ(gauge.value(), 0);
  EXPECT_EQ(histogram.count(), static_cast<std::uint64_t>(kThreads * kRounds));
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_THAT(registry.text(), HasSubstr("late_total{thread=\"" + std::to_string(t) + "\"} 5000\n"));
  }
}

}  // namespace
}  // namespace push::metrics
