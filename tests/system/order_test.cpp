// Ids rise at every listener, however many post at the same time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/gotify.hpp"
#include "support/senders.hpp"
#include "support/server_process.hpp"
#include "support/stream_crowd.hpp"

namespace push::support {
namespace {

using testing::IsEmpty;

constexpr std::size_t kSenders = 64;
constexpr std::size_t kEach = 50;
constexpr std::size_t kListeners = 8;
constexpr std::size_t kPosted = kSenders * kEach;

TEST(Order, IdsRiseWithoutAGapAtEveryListenerUnder64ConcurrentSenders) {
  // The queue holds everything: this test is about order, not about slow readers.
  ServerProcess server({{"GOTIFY_SERVER_STREAM_CHANNELBUFFERSIZE", std::to_string(kPosted)},
                        {"GOTIFY_SERVER_STREAM_CHANNELBUFFERBYTES", "100000000"}});
  server.start();
  HttpClient owner = server.http(admin().basic());
  const std::vector<Created> applications = {create_application(owner, "a"), create_application(owner, "b"),
                                             create_application(owner, "c")};
  StreamCrowd crowd;
  for (std::size_t i = 0; i < kListeners; ++i) crowd.join(server.address(), create_client(owner, "listener").key());

  Ledger ledger;
  Senders senders({server.address(), applications, kSenders, kEach, "order"}, ledger);
  senders.join();
  EXPECT_THAT(senders.refusals(), IsEmpty());
  EXPECT_EQ(senders.losses(), 0);
  EXPECT_THAT(ledger.given_twice(), IsEmpty());
  ASSERT_EQ(ledger.size(), kPosted);
  EXPECT_TRUE(crowd.wait_for_messages_each(kPosted));
  EXPECT_EQ(server.stop(), 0);
  ASSERT_TRUE(crowd.wait_for_ends(kListeners));

  for (const Subscriber& listener : crowd.everybody()) {
    const ListenerAudit audit = audit_listener(ledger.acknowledged(), ids_of(listener.messages));
    EXPECT_EQ(listener.messages.size(), kPosted);
    EXPECT_THAT(audit.missing, IsEmpty());
    EXPECT_THAT(audit.repeated, IsEmpty());
    EXPECT_THAT(audit.out_of_order, IsEmpty());
    EXPECT_THAT(audit.unknown, IsEmpty());
    EXPECT_EQ(listener.wrong, "");
  }
}

}  // namespace
}  // namespace push::support
