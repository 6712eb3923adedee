// The part of a loop that its HTTP sessions use. One per loop; only the loop's thread uses it.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/meters.hpp"
#include "net/protocol.hpp"
#include "net/request_budget.hpp"
#include "push/config/config.hpp"
#include "push/core/fair_queue.hpp"
#include "push/net/http.hpp"

namespace push::net {

// Owns the sessions. adopt() and closed() make it forget the session, so the caller must hold a reference until it
// returns.
class SessionOwner {
 public:
  // Null: streams of this kind are not supported.
  virtual const Protocol* protocol(stream::Transport transport) const = 0;
  // The session's descriptor becomes a stream, and `greeting` is its first output. False: it is closed.
  virtual bool adopt(std::uint64_t session, int descriptor, const Admission& admission, std::string_view greeting) = 0;
  // A request has arrived. True: the session reads it now. False: it stands in this line, and on_turn() follows.
  virtual bool may_read(std::uint64_t session, core::Line line) = 0;
  // The session has closed its descriptor.
  virtual void closed(std::uint64_t session) = 0;

 protected:
  ~SessionOwner() = default;
};

struct SessionContext {
  static constexpr std::size_t kReadBuffer = 64 * 1024;  // here a system call costs little compared with the copy

  const config::Http& limits;
  HttpMeters& meters;
  RequestBudget& budget;     // bodies of authenticated requests
  RequestBudget& strangers;  // headers, and all other bodies
  SessionOwner& owner;
  ReplyReceiver& replies;
  unsigned seconds = 1;  // the loop's clock: seconds since the start

  // Shared by the loop's sessions, for the duration of one call.
  std::unique_ptr<char[]> read_buffer = std::make_unique<char[]>(kReadBuffer);
  std::string head{};  // head of the response being written
};

}  // namespace push::net
