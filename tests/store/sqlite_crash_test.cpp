// What was refused is never found after a crash.
#include <gmock/gmock.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using ::testing::HasSubstr;

// What a crash of the process would leave: the files as they are, without the memory that SQLite shares.
class SqliteCrashTest : public StoreTest {
 protected:
  ~SqliteCrashTest() override { faults().disarm(); }

  void open_with_application() {
    open();
    app = application(user("alice"), "A1");
    append_id(app, "first");
  }
  bool holds_after_a_crash(const std::string& message) const {
    const TemporaryFolder copy;
    for (const std::string end : {"", "-wal"}) {  // by a name whose disk works
      std::filesystem::copy_file(database.connection + end, copy.file("copy.db" + end));
    }
    Sqlite other(copy.file("copy.db"));
    EXPECT_EQ(other.row("PRAGMA integrity_check"), "text:ok");
    return other.row("SELECT count(*) FROM messages WHERE message = '" + message + "'") == "int:1";
  }

  core::ApplicationId app{};
};

TEST_F(SqliteCrashTest, FindsNothingThatWasRefusedWhateverCallFailed) {
  open_with_application();
  int refused = 0;
  for (const int error : {EIO, ENOSPC}) {
    for (const bool half : {false, true}) {
      for (int call = 1; call <= 10; ++call) {
        const std::string message = "m" + std::to_string(error) + (half ? "half" : "none") + std::to_string(call);
        faults().arm(call, call, error, half);
        const auto stored = append(text(app, message));
        faults().disarm();
        if (!stored) {
          EXPECT_EQ(stored.error().code, ErrorCode::unavailable) << stored.error().text;
          ++refused;
        }
        EXPECT_EQ(holds_after_a_crash(message), stored.has_value()) << message;
        append_id(app, "after " + message);
      }
    }
  }
  EXPECT_GE(refused, 8) << "the faults were felt";
}

// The disk fails for good: if not even the log can be written, nobody knows, and nothing else is begun.
TEST_F(SqliteCrashTest, ADiskThatStaysBrokenGivesNoFalseAnswer) {
  open_with_application();
  int unknown = 0;
  for (int call = 1; call <= 10; ++call) {
    const std::string message = "m" + std::to_string(call);
    faults().arm(call, 0, EIO);
    const auto stored = append(text(app, message));
    const bool held = holds_after_a_crash(message);
    if (stored) {
      EXPECT_TRUE(held);
    } else if (stored.error().code == ErrorCode::unavailable) {
      EXPECT_FALSE(held) << message << ": " << stored.error().text;
    } else {
      EXPECT_THAT(stored.error().text, HasSubstr("it is not known whether this was stored"));
      ++unknown;
      const auto next = append(text(app, "next"));
      ASSERT_FALSE(next);
      EXPECT_EQ(next.error().code, ErrorCode::unavailable) << "it was not begun";
      EXPECT_FALSE(holds_after_a_crash("next"));
    }
    faults().disarm();
    append_id(app, "after " + message);
    EXPECT_EQ(holds_after_a_crash(message), stored.has_value()) << "settled before the next one";
  }
  EXPECT_GE(unknown, 1);
}

}  // namespace
}  // namespace push::store
