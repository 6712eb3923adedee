// What a stream missed while it was not open: the messages of a user, and the events, after a cursor, read from the
// store in pages. delivery implements it, net calls it.
#pragma once
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/ids.hpp"
#include "push/core/result.hpp"
#include "push/stream/cursor.hpp"
#include "push/stream/message.hpp"

namespace push::stream {

struct Page {
  std::vector<Message> messages;  // those above the cursor: first events, then messages, each kind ascending
  Cursor upto;                    // nothing between the cursor and this one is missing from `messages`
  bool last = false;              // everything that was committed when the page was begun is at or below `upto`
};

// Every member: any thread, never blocks.
class Archive {
 public:
  virtual ~Archive() = default;
  // True: the user certainly has nothing above `after` whose delivery began before the call. False: perhaps.
  virtual bool is_current(core::UserId user, const Cursor& after) = 0;
  // Everything up to here has been given to Courier::deliver, of any user.
  virtual Cursor relayed() const = 0;
  // About kPageBytes of JSON, and at least one message if there is one. A page may hold a message that is still on its
  // way to the loops. Error (unavailable): the database cannot be read, too many pages are waited for, or what is
  // above `after` has been deleted by retention or by age.
  static constexpr std::size_t kPageBytes = 256 * 1024;
  using Done = core::Callback<void(core::Result<Page>)>;  // once, on any thread; must not block
  virtual void read(core::UserId user, const Cursor& after, Done done) = 0;
};

}  // namespace push::stream
