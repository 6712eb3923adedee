// The checkers of the other tests, on ledgers with a known fault: a check that cannot fail proves nothing.
#include "support/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace push::support {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Texts kFour = {{3, "three"}, {5, "five"}, {6, "six"}, {9, "nine"}};

TEST(StoreAudit, PassesWhenEverythingAcknowledgedIsStored) {
  Texts stored = kFour;
  stored[7] = "stored, but the server died before it could answer";
  const StoreAudit audit = audit_store(kFour, stored);
  EXPECT_THAT(audit.lost, IsEmpty());
  EXPECT_THAT(audit.changed, IsEmpty());
}

TEST(StoreAudit, NamesWhatIsLost) {
  Texts stored = kFour;
  stored.erase(5);
  stored.erase(9);
  EXPECT_THAT(audit_store(kFour, stored).lost, ElementsAre(5, 9));
  EXPECT_THAT(audit_store(kFour, {}).lost, ElementsAre(3, 5, 6, 9));
}

TEST(StoreAudit, NamesWhatIsStoredWithAnotherText) {
  Texts stored = kFour;
  stored[6] = "seven";
  EXPECT_THAT(audit_store(kFour, stored).changed, ElementsAre(6));
}

TEST(ListenerAudit, PassesWhenEverythingCameOnceAndInOrder) {
  const ListenerAudit audit = audit_listener(kFour, {3, 5, 6, 9});
  EXPECT_THAT(audit.missing, IsEmpty());
  EXPECT_THAT(audit.repeated, IsEmpty());
  EXPECT_THAT(audit.out_of_order, IsEmpty());
  EXPECT_THAT(audit.unknown, IsEmpty());
}

TEST(ListenerAudit, NamesAGap) {
  EXPECT_THAT(audit_listener(kFour, {3, 6, 9}).missing, ElementsAre(5));
  EXPECT_THAT(audit_listener(kFour, {3, 5, 6}).missing, ElementsAre(9));
  EXPECT_THAT(audit_listener(kFour, {}).missing, ElementsAre(3, 5, 6, 9));
}

TEST(ListenerAudit, NamesARepetitionWhereverItComes) {
  EXPECT_THAT(audit_listener(kFour, {3, 5, 5, 6, 9}).repeated, ElementsAre(5));
  EXPECT_THAT(audit_listener(kFour, {3, 5, 6, 9, 3}).repeated, ElementsAre(3));
  EXPECT_THAT(audit_listener(kFour, {3, 5, 6, 9, 9}).repeated, ElementsAre(9));
}

TEST(ListenerAudit, NamesWhatCameAfterAGreaterId) {
  EXPECT_THAT(audit_listener(kFour, {3, 6, 5, 9}).out_of_order, ElementsAre(5));
  EXPECT_THAT(audit_listener(kFour, {9, 3, 5, 6}).out_of_order, ElementsAre(3, 5, 6));
}

TEST(ListenerAudit, NamesWhatNobodyAcknowledged) {
  EXPECT_THAT(audit_listener(kFour, {3, 4, 5, 6, 9, 10}).unknown, ElementsAre(4, 10));
}

TEST(Ledger, NamesAnIdThatWasGivenTwice) {
  Ledger ledger;
  ledger.acknowledge(1, "a");
  ledger.acknowledge(2, "b");
  EXPECT_THAT(ledger.given_twice(), IsEmpty());
  ledger.acknowledge(2, "c");
  EXPECT_THAT(ledger.given_twice(), ElementsAre(2));
  EXPECT_EQ(ledger.size(), 2U);
}

}  // namespace
}  // namespace push::support
