// What every store keeps of Web Push.
#include <gmock/gmock.h>

#include <chrono>

#include "push/store/webpush.hpp"
#include "store/contract.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using core::MessageId;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class WebPushContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    alice = user("alice");
    bob = user("bob");
    phone = client(alice, "C1", 0);
    tablet = client(alice, "C2", 0);
    other = client(bob, "C3", 0);
    door = application(alice, "A1");
  }
  WebPush& pushes() { return store->webpush(); }

  WebPushSubscription of(core::UserId owner, core::ClientId id, const std::string& endpoint) {
    WebPushSubscription made;
    made.user = owner;
    made.client = id;
    made.endpoint = endpoint;
    made.p256dh = "key of " + endpoint;
    made.auth = "auth";
    return made;
  }
  core::Result<void> put(const WebPushSubscription& wanted) {
    return core::await<core::Result<void>>([&](auto done) { pushes().put_subscription(wanted, std::move(done)); });
  }
  std::string endpoint_of(core::ClientId id) {
    const auto found = pushes().find_subscription(id);
    EXPECT_TRUE(found);
    return found && *found ? (*found)->endpoint : "";
  }
  WebPushTarget target(core::UserId owner) {
    const auto targets = pushes().targets_of(owner);
    EXPECT_TRUE(targets && targets->size() == 1);
    return targets && !targets->empty() ? targets->front() : WebPushTarget();
  }
  MessageId post(core::ApplicationId application, const std::string& words) {
    const auto stored = append(text(application, words));
    EXPECT_TRUE(stored);
    return stored ? stored->id : MessageId{};
  }

  core::UserId alice{};
  core::UserId bob{};
  core::ClientId phone{};
  core::ClientId tablet{};
  core::ClientId other{};
  core::ApplicationId door{};
};

TEST_P(WebPushContract, ThereIsOneKeyPair) {
  EXPECT_EQ(pushes().find_keys().value(), std::nullopt);
  EXPECT_EQ(pushes().keep_keys({"secret", "open", ""}).value(), (WebPushKeys{"secret", "open", ""}));
  EXPECT_EQ(pushes().keep_keys({"another", "pair", ""}).value(), (WebPushKeys{"secret", "open", ""}));
  EXPECT_EQ(pushes().keep_keys({"another", "pair", "mailto:a@b"}).value(),
            (WebPushKeys{"secret", "open", "mailto:a@b"}));
  EXPECT_EQ(pushes().keep_keys({"another", "pair", ""}).value().subject, "mailto:a@b");
  EXPECT_EQ(pushes().find_keys().value(), (WebPushKeys{"secret", "open", "mailto:a@b"}));
}

TEST_P(WebPushContract, ASubscriptionIsKeptAsItWasGiven) {
  WebPushSubscription wanted = of(alice, phone, "https://a");
  wanted.min_priority = -3;
  wanted.apps = {core::ApplicationId{7}, core::ApplicationId{12}};
  wanted.muted_until = now();
  ASSERT_TRUE(put(wanted));
  const WebPushSubscription found = *pushes().find_subscription(phone).value();
  EXPECT_EQ(found.user, alice);
  EXPECT_EQ(found.client, phone);
  EXPECT_EQ(found.endpoint, "https://a");
  EXPECT_EQ(found.p256dh, "key of https://a");
  EXPECT_EQ(found.auth, "auth");
  EXPECT_EQ(found.min_priority, -3);
  EXPECT_EQ(found.apps, wanted.apps);
  EXPECT_EQ(found.muted_until, wanted.muted_until);
  EXPECT_EQ(endpoint_of(tablet), "");
  EXPECT_EQ(pushes().count_subscriptions().value(), 1U);
}

TEST_P(WebPushContract, AClientHasOneAndAnEndpointOneClient) {
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  ASSERT_TRUE(put(of(alice, phone, "https://b")));
  EXPECT_EQ(endpoint_of(phone), "https://b");
  EXPECT_EQ(pushes().count_subscriptions().value(), 1U);
  ASSERT_TRUE(put(of(bob, other, "https://b")));
  EXPECT_EQ(endpoint_of(phone), "");
  EXPECT_EQ(endpoint_of(other), "https://b");
  EXPECT_THAT(pushes().targets_of(alice).value(), IsEmpty());
}

TEST_P(WebPushContract, AMissingOrForeignClientSubscribesNothing) {
  expect_failure(put(of(alice, core::ClientId{99}, "https://a")), ErrorCode::not_found, "client does not exist");
  expect_failure(put(of(alice, other, "https://a")), ErrorCode::not_found, "client does not exist");
  EXPECT_EQ(pushes().count_subscriptions().value(), 0U);
}

TEST_P(WebPushContract, ItGoesWithItsClientHoweverThatGoes) {
  const core::ClientId fleeting = client(alice, "C4", 1);
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  ASSERT_TRUE(put(of(alice, tablet, "https://b")));
  ASSERT_TRUE(put(of(alice, fleeting, "https://c")));
  ASSERT_TRUE(put(of(bob, other, "https://d")));
  ASSERT_TRUE(test::await(*store, &Store::delete_client, alice, phone));
  EXPECT_EQ(endpoint_of(phone), "");
  ASSERT_EQ(delete_expired(core::wall_now() + hours(1)).value().size(), 1U);
  EXPECT_EQ(endpoint_of(fleeting), "");
  EXPECT_EQ(pushes().count_subscriptions().value(), 2U);
  ASSERT_TRUE(test::await(*store, &Store::delete_user, bob));
  EXPECT_EQ(pushes().count_subscriptions().value(), 1U);
  ASSERT_TRUE(
      core::await<core::Result<void>>([&](auto done) { pushes().delete_subscription(tablet, std::move(done)); }));
  EXPECT_EQ(pushes().count_subscriptions().value(), 0U);
}

TEST_P(WebPushContract, OnlyMessagesOfSubscribersAreListedInOrder) {
  const core::ApplicationId window = application(alice, "A2");
  const core::ApplicationId foreign = application(bob, "A3");
  const MessageId first = post(door, "1");
  const MessageId second = post(window, "2");
  const MessageId third = post(foreign, "3");
  const MessageId fourth = post(door, "4");
  const auto listed = [&](MessageId after, MessageId to, std::size_t limit) {
    std::vector<std::string> texts;
    EXPECT_TRUE(pushes().list_messages(after, to, limit, [&](const WebPushMessage& row) {
      EXPECT_EQ(row.user, row.message.application == foreign ? bob : alice);
      texts.push_back(row.message.message);
    }));
    return texts;
  };
  EXPECT_THAT(listed({}, fourth, 10), IsEmpty());
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  ASSERT_TRUE(put(of(alice, tablet, "https://b")));
  EXPECT_THAT(listed({}, fourth, 10), ElementsAre("1", "2", "4"));
  EXPECT_THAT(listed(first, fourth, 1), ElementsAre("2"));
  EXPECT_THAT(listed(second, third, 10), IsEmpty());
}

TEST_P(WebPushContract, ASubscriptionKnowsWhatIsOlder) {
  const MessageId old = post(door, "old");
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  EXPECT_EQ(target(alice).after, old);
  post(door, "new");
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  EXPECT_EQ(target(alice).after, old) << "the same again";
  const MessageId newest = post(door, "newer");
  ASSERT_TRUE(put(of(bob, other, "https://a")));
  EXPECT_EQ(target(bob).after, newest) << "of another user";
}

TEST_P(WebPushContract, ADelayIsKeptAndFoundWhenItEnds) {
  const core::WallTime noon = now();
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  ASSERT_TRUE(put(of(bob, other, "https://b")));
  EXPECT_THAT(pushes().delayed(noon + hours(1), 10).value(), IsEmpty());
  ASSERT_TRUE(pushes().set_delay(of(alice, phone, "https://a"), WebPushDelay{MessageId{4}, noon + seconds(2), 3}));
  ASSERT_TRUE(pushes().set_delay(of(bob, other, "https://b"), WebPushDelay{MessageId{0}, noon + seconds(1), 1}));
  EXPECT_EQ(pushes().delayed(noon, 10).value().size(), 0U);
  EXPECT_EQ(pushes().delayed(noon + seconds(1), 10).value().size(), 1U);
  const auto both = pushes().delayed(noon + seconds(2), 10).value();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].subscription.client, other);
  EXPECT_EQ(both[1].delay->sent, MessageId{4});
  EXPECT_EQ(both[1].delay->tries, 3U);
  EXPECT_EQ(both[1].delay->retry_at, noon + seconds(2));
  EXPECT_EQ(pushes().delayed(noon + seconds(2), 1).value().size(), 1U);
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  EXPECT_TRUE(target(alice).delay.has_value()) << "the same again";
  ASSERT_TRUE(pushes().set_delay(of(alice, phone, "https://a"), std::nullopt));
  EXPECT_FALSE(target(alice).delay.has_value());
  ASSERT_TRUE(pushes().remove(of(alice, phone, "https://a")));
  ASSERT_TRUE(put(of(alice, tablet, "https://b")));
  EXPECT_FALSE(target(alice).delay.has_value()) << "of another user";
}

TEST_P(WebPushContract, OnlyTheSubscriptionThatIsMeantIsRemoved) {
  ASSERT_TRUE(put(of(alice, phone, "https://a")));
  WebPushSubscription former = of(alice, phone, "https://a");
  former.p256dh = "the keys before";
  ASSERT_TRUE(pushes().remove(former));
  EXPECT_EQ(endpoint_of(phone), "https://a");
  ASSERT_TRUE(pushes().remove(of(alice, phone, "https://a")));
  EXPECT_EQ(endpoint_of(phone), "");
}

TEST_P(WebPushContract, TheCursorIsWhereItWasPut) {
  EXPECT_TRUE(pushes().sends_for_all());
  EXPECT_EQ(pushes().find_cursor().value(), std::nullopt);
  ASSERT_TRUE(pushes().move_cursor(MessageId{7}));
  ASSERT_TRUE(pushes().move_cursor(MessageId{9}));
  EXPECT_EQ(pushes().find_cursor().value(), MessageId{9});
  ASSERT_TRUE(pushes().forget_cursor());
  EXPECT_EQ(pushes().find_cursor().value(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Stores, WebPushContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
