// Several nodes on one database, with a bus that loses, repeats, delays and reorders. What each stream was given is
// compared with what was committed: nothing lost, nothing twice, in order.
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "delivery/follower_fixture.hpp"

namespace push::delivery {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t kNodes = 3;
constexpr std::uint64_t kUsers = 4;
const UserId kComesAndGoes{4};

constexpr Follower::Limits kQuick{.sweep = milliseconds(200),
                                  .sweep_alone = milliseconds(20),
                                  .gap = milliseconds(5),
                                  .isolation = std::chrono::hours(1),
                                  .held_bytes = 8 * 1024,
                                  .page = 20};

// Of a hundred announcements.
struct Weather {
  const char* name;
  unsigned lost;
  unsigned repeated;
  unsigned bare;
  milliseconds delay;  // at most; they overtake each other
};

// Carries announcements from node to node on a thread of its own.
class Network {
 public:
  Network(const Weather& weather, unsigned seed)
      : weather_(weather), random_(seed), thread_("network", [this](const std::stop_token& stop) { run(stop); }) {}

  void connect(FakeBus& bus) {
    buses_.push_back(&bus);
    bus.on_announce = [this, &bus](const cluster::Batch& batch) { send(bus, batch); };
    bus.on_announce_log = [this, &bus] { send(bus, std::nullopt); };
  }
  void stop() { thread_.stop(); }

 private:
  struct Parcel {
    FakeBus* to;
    std::optional<cluster::Batch> batch;  // empty: the log
  };
  unsigned roll() { return static_cast<unsigned>(random_() % 100); }
  void send(const FakeBus& from, const std::optional<cluster::Batch>& batch) {
    const std::lock_guard lock(mutex_);
    for (FakeBus* to : buses_) {
      if (to == &from || roll() < weather_.lost) continue;
      for (unsigned copies = roll() < weather_.repeated ? 2 : 1; copies > 0; --copies) {
        Parcel parcel{to, batch};
        if (batch && roll() < weather_.bare) parcel.batch = cluster::Batch{batch->previous, batch->last, {}, true};
        const auto delay = microseconds(random_() % (std::chrono::microseconds(weather_.delay).count() + 1));
        under_way_.emplace(core::steady_now() + delay, std::move(parcel));
      }
    }
  }
  void run(const std::stop_token& stop) {
    while (core::sleep_for(stop, microseconds(200))) {
      std::vector<Parcel> due;
      {
        const std::lock_guard lock(mutex_);
        while (!under_way_.empty() && under_way_.begin()->first <= core::steady_now())
          due.push_back(std::move(under_way_.extract(under_way_.begin()).mapped()));
      }
      for (Parcel& one : due) {
        if (one.batch)
          one.to->listener->on_batch(*std::move(one.batch));
        else
          one.to->listener->on_log();
      }
    }
  }

  const Weather weather_;
  std::mutex mutex_;
  std::mt19937 random_;
  std::vector<FakeBus*> buses_;
  std::multimap<core::SteadyTime, Parcel> under_way_;
  core::Thread thread_;
};

// A stream that comes and goes and resumes, as net::ConnectionTable has it (net/resume.hpp).
class ResumingStream {
 public:
  explicit ResumingStream(FollowingNode& node) : node_(node) {}

  void visit(milliseconds stay) {
    const std::size_t from = node_.streams.given().size();
    node_.hub.join(kComesAndGoes, 1);
    MessageId sent = last();
    if (!node_.history.is_current(kComesAndGoes, stream::Cursor{sent})) sent = catch_up(sent, from);
    std::this_thread::sleep_for(stay);
    for (const MessageId id : passed(from)) {
      if (id > sent) got.push_back(id);
    }
    node_.hub.leave(kComesAndGoes, 1);
  }

  std::vector<MessageId> got;

 private:
  MessageId last() const { return got.empty() ? MessageId{} : got.back(); }
  MessageId catch_up(MessageId sent, std::size_t from) {
    for (;;) {
      std::promise<stream::Page> answer;
      node_.history.read(kComesAndGoes, stream::Cursor{sent},
                         [&answer](core::Result<stream::Page> page) { answer.set_value(*std::move(page)); });
      const stream::Page page = answer.get_future().get();
      for (const stream::Message& message : page.messages) got.push_back(message.id());
      sent = std::max(sent, page.upto.message);
      const auto by = passed(from);
      if (page.last && (by.empty() || sent >= by.back())) return sent;
    }
  }
  std::vector<MessageId> passed(std::size_t from) const {
    const auto given = node_.streams.given();
    std::vector<MessageId> ids;
    for (auto one = given.begin() + static_cast<std::ptrdiff_t>(from); one != given.end(); ++one) {
      if (one->user() == kComesAndGoes && one->kind() == stream::Message::Kind::message) ids.push_back(one->id());
    }
    return ids;
  }

  FollowingNode& node_;
};

class Followers : public testing::TestWithParam<std::tuple<Weather, unsigned>> {
 protected:
  void SetUp() override {
    for (std::uint64_t user = 1; user <= kUsers; ++user) {
      kept.add_user(user, "u" + std::to_string(user), "", false);
      kept.add_application(user, user, "A" + std::to_string(user), "app");
    }
    database.keep = [this](UserId user) {
      MessageId id{};
      EXPECT_TRUE(kept.append({core::ApplicationId{core::value(user)}, "m", "", 0, "", core::wall_now(), user},
                              [&id](core::Result<store::StoredMessage> stored) { id = stored->id; }));
      return id;
    };
    for (std::size_t i = 0; i < kNodes; ++i) {
      nodes.push_back(std::make_unique<FollowingNode>(database, "node" + std::to_string(i), kQuick, &kept));
      network.connect(nodes.back()->bus);
    }
    for (const auto& node : nodes) {
      node->start();
      for (std::uint64_t user = 1; user < kUsers; ++user) node->online(UserId{user});
    }
  }
  void TearDown() override {
    network.stop();
    for (const auto& node : nodes) node->follower->stop();
  }

  // Commits messages and deletions, as a node's writer does.
  void write(FollowingNode& node, unsigned seed_of_writer) {
    std::mt19937 random(seed_of_writer);
    for (int i = 0; i < 150; ++i) {
      std::vector<UserId> users(1 + random() % 5);
      for (UserId& user : users) user = UserId{1 + random() % kUsers};
      if (random() % 10 == 0) {
        model::Event event;
        event.user = UserId{1 + random() % (kUsers - 1)};
        event.ids = {MessageId{1}};
        database.write(event);
        node.follower->log_written();
      } else {
        node.commit(users);
      }
      std::this_thread::sleep_for(microseconds(random() % 2000));
    }
  }
  std::vector<MessageId> committed_for(UserId user) {
    const std::lock_guard lock(database.mutex);
    std::vector<MessageId> ids;
    for (const auto& [id, row] : database.rows) {
      if (row.user == user) ids.push_back(id);
    }
    return ids;
  }
  static std::vector<MessageId> given(FollowingNode& node, UserId user) {
    std::vector<MessageId> ids;
    for (const stream::Message& one : node.streams.given()) {
      if (one.user() == user && one.kind() == stream::Message::Kind::message) ids.push_back(one.id());
    }
    return ids;
  }
  std::vector<EventId> logged_for(UserId user) {
    const std::lock_guard lock(database.mutex);
    std::vector<EventId> ids;
    for (const store::LogEntry& entry : database.log) {
      if (std::get<model::Event>(entry.what).user == user) ids.push_back(entry.id);
    }
    return ids;
  }
  static std::vector<EventId> events_given(FollowingNode& node, UserId user) {
    std::vector<EventId> ids;
    for (const stream::Message& one : node.streams.given()) {
      if (one.user() == user && one.kind() == stream::Message::Kind::event) ids.push_back(one.at().event);
    }
    return ids;
  }
  // What a stream with events shows its client as its cursor.
  static void expect_cursors_never_go_back(FollowingNode& node) {
    stream::Cursor last{{}, {}};
    for (const stream::Message& one : node.streams.given()) {
      ASSERT_TRUE(one.at().reaches(last)) << node.feed.node();
      last = one.at();
    }
  }
  // An event is not given before a message that was there when it was written.
  void expect_events_follow_their_messages(FollowingNode& node) {
    std::map<EventId, MessageId> heads;
    for (const store::LogEntry& entry : database.log) heads.emplace(entry.id, entry.head);
    for (const stream::Message& one : node.streams.given()) {
      if (one.kind() != stream::Message::Kind::event) continue;
      ASSERT_GE(one.id(), heads.at(one.at().event));
    }
  }

  const Weather weather = std::get<0>(GetParam());
  const unsigned seed = std::get<1>(GetParam());
  SharedDatabase database;
  test::MemoryStore kept;
  std::vector<std::unique_ptr<FollowingNode>> nodes;
  Network network{weather, seed};
};

TEST_P(Followers, GiveEveryStreamWhatWasCommittedOnceAndInOrder) {
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < kNodes; ++i)
    writers.emplace_back([this, i] { write(*nodes[i], seed * 100 + static_cast<unsigned>(i)); });
  std::atomic<bool> over = false;
  std::vector<std::unique_ptr<ResumingStream>> visitors;
  std::vector<std::thread> visits;
  for (const auto& node : nodes) {
    ResumingStream& stream = *visitors.emplace_back(std::make_unique<ResumingStream>(*node));
    visits.emplace_back([&over, &stream] {
      for (unsigned i = 0; !over; ++i) stream.visit(milliseconds(i % 4));
    });
  }
  std::thread outages([this, &over] {
    while (!over) {
      std::this_thread::sleep_for(milliseconds(60));
      database.down = !database.down;
    }
    database.down = false;
  });
  for (std::thread& writer : writers) writer.join();
  over = true;
  for (std::thread& visit : visits) visit.join();
  outages.join();
  for (const auto& node : nodes) {
    SCOPED_TRACE(node->feed.node() + ", " + weather.name + ", seed " + std::to_string(seed));
    EXPECT_TRUE(eventually([&] { return node->follower->applied() == MessageId{database.message}; }));
    for (std::uint64_t user = 1; user < kUsers; ++user) {
      EXPECT_EQ(given(*node, UserId{user}), committed_for(UserId{user}));
      EXPECT_TRUE(eventually([&] { return events_given(*node, UserId{user}) == logged_for(UserId{user}); }));
    }
    expect_cursors_never_go_back(*node);
    expect_events_follow_their_messages(*node);
  }
  for (const auto& visitor : visitors) {
    visitor->visit(milliseconds(1));
    EXPECT_EQ(visitor->got, committed_for(kComesAndGoes)) << weather.name << ", seed " << seed;
  }
}

constexpr Weather kWeathers[] = {
    {"fair", 0, 0, 0, milliseconds(0)},         {"lossy", 20, 1, 5, milliseconds(3)},
    {"disorderly", 1, 20, 5, milliseconds(20)}, {"bare", 5, 1, 100, milliseconds(3)},
    {"silent", 100, 0, 0, milliseconds(0)},
};

INSTANTIATE_TEST_SUITE_P(OnABus, Followers, testing::Combine(testing::ValuesIn(kWeathers), testing::Values(1U, 2U)),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) + "_" +
                                  std::to_string(std::get<1>(row.param));
                         });

}  // namespace
}  // namespace push::delivery
