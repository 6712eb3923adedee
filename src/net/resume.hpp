// A connection that asked for what it missed, until it is live. It is in the roster from the start, so that no message
// can slip between the last page and the first live one:
//
//   reading  a page has been asked for; what comes by is not held, only how far it goes
//   full     the socket took a part of a page; the rest is read again when it takes more
//   joined   everything up to `sent` is sent; what may still be on its way to the loop from before that is skipped
//   over     a poll has its answer, and its connection ends when that is sent
//
// Notices, which are on no page, are held at once. After kRounds pages everything is, so that a busy user's stream
// becomes live at all. It is part of the connection's borrowed backlog. A poll is never live: the first page or the
// first messages that pass are its answer.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "push/core/ids.hpp"
#include "push/net/http.hpp"
#include "push/stream/cursor.hpp"
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

  stream::Cursor sent;            // everything up to here is sent, or is in the outbox
  stream::Cursor passed{{}, {}};  // what came by and was not held goes up to here
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
  virtual bool is_current(core::UserId user, const stream::Cursor& after) = 0;
  virtual stream::Cursor relayed() const = 0;
  // Answered by ConnectionTable::resume(), later.
  virtual void read(std::uint64_t connection, core::UserId user, const stream::Cursor& after) = 0;

 protected:
  ~Replays() = default;
};

}  // namespace push::net
