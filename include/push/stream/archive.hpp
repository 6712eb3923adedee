// What a stream missed while it was not open: the messages of a user after a cursor, read from the store in pages.
// delivery implements it, net calls it.
#pragma once
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/ids.hpp"
#include "push/core/result.hpp"
#include "push/stream/message.hpp"

namespace push::stream {

struct Page {
  std::vector<Message> messages;  // ascending, all above the cursor
  core::MessageId upto{};         // nothing between the cursor and this id is missing from `messages`
  bool last = false;              // everything that was committed when the page was begun is at or below `upto`
};

// Every member: any thread, never blocks.
class Archive {
 public:
  virtual ~Archive() = default;
  // True: the user certainly has no message above `after` whose delivery began before the call. False: perhaps.
  virtual bool is_current(core::UserId user, core::MessageId after) = 0;
  // Every message up to this id has been given to Courier::deliver, of any user.
  virtual core::MessageId relayed() const = 0;
  // About kPageBytes of JSON, and at least one message if there is one. A page may hold a message that is still on its
  // way to the loops. Error (unavailable): the database cannot be read, or too many pages are waited for.
  static constexpr std::size_t kPageBytes = 256 * 1024;
  using Done = core::Callback<void(core::Result<Page>)>;  // once, on any thread; must not block
  virtual void read(core::UserId user, core::MessageId after, Done done) = 0;
};

}  // namespace push::stream
