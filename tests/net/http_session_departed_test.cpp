// What a handler learns about a peer that leaves while its answer is outstanding.
#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

TEST_F(HttpSessionTest, TellsWhoWaitsThatThePeerHasLeft) {
  pipe.send(get("/later"));
  const Departed departed = replies.at(0).watch();
  tick(1);
  EXPECT_FALSE(*departed);
  pipe.end();
  EXPECT_FALSE(*departed) << "the session does not read while it waits for an answer";
  tick(1);
  EXPECT_TRUE(*departed);
  answer_later("a peer that has only ended its side gets its answer");
  EXPECT_EQ(received(), ok("a peer that has only ended its side gets its answer"));
}

TEST_F(HttpSessionTest, AClosedSessionHasLeft) {
  pipe.send(get("/later"));
  const Departed departed = replies.at(0).watch();
  held()->abort();
  EXPECT_TRUE(*departed);
}

}  // namespace
}  // namespace push::net
