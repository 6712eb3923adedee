// A connection that asked for what it missed, until it is live. It is in the roster from the start, so that no message
// can slip between the last page and the first live one:
//
//   reading  a page has been asked for; messages that come by are not held, only the newest id is noted
//   full     the socket took a part of a page; the rest is read again when it takes more
//   joined   everything up to `sent` is sent; what may still be on its way to the loop with such an id is skipped
//   over     a poll has its answer, and its connection ends when that is sent
//
// After kRounds pages messages are held, so that a busy user's stream becomes live at all. It is part of the
// connection's borrowed backlog. A poll is never live: the first page or the first messages that pass are its answer.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "push/core/ids.hpp"
#include "push/net/http.hpp"
#include "push/stream/message.hpp"

namespace push::net {

struct Poll {
  Response answer;             // without a body: the headers
  std::uint16_t deadline = 0;  // the loop's second of the empty answer
};

struct Resume {
  static constexpr unsigned kRounds = 8;     // pages before messages are held
  static constexpr unsigned kPatience = 30;  // seconds that a full socket may take nothing
  static constexpr unsigned kSettling = 2;   // seconds after which no message of before is on its way to the loop

  enum class State : std::uint8_t { reading, full, joined, over };

  core::MessageId sent{};    // everything up to here is sent, or is in the outbox
  core::MessageId passed{};  // the newest message that came by and was not held
  std::vector<stream::Message> held;
  unsigned rounds = 0;
  std::uint16_t since = 0;  // the loop's second of the last progress
  State state = State::reading;
  std::unique_ptr<Poll> poll;  // null: a stream
};

// What the table asks of its loop, on the loop's thread.
class Replays {
 public:
  // As in stream::Archive.
  virtual bool is_current(core::UserId user, core::MessageId after) = 0;
  virtual core::MessageId relayed() const = 0;
  // Answered by ConnectionTable::resume(), later.
  virtual void read(std::uint64_t connection, core::UserId user, core::MessageId after) = 0;

 protected:
  ~Replays() = default;
};

}  // namespace push::net
