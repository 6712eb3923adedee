#include "benchmark/support/posting.hpp"

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/post_pool.hpp"

namespace push::bench {

void request_all(std::uint16_t port, std::size_t connections, std::size_t count,
                 const std::function<std::string(std::size_t)>& request_of, double patience_seconds) {
  PostPool pool(port, connections);
  std::size_t sent = 0;
  std::size_t answered = 0;
  const Deadline deadline(patience_seconds);
  while (answered < count) {
    while (sent < count && pool.has_free()) {
      pool.send(request_of(sent), sent);
      ++sent;
    }
    pool.poll(100, [&](std::uint64_t tag, std::int64_t, const Response& response) {
      if (response.status != 200) {
        fail("answer " + std::to_string(response.status) + " to " + request_of(tag) + ": " +
             std::string(response.body));
      }
      ++answered;
    });
    if (deadline.passed()) fail("only " + std::to_string(answered) + " requests answered in time");
  }
}

}  // namespace push::bench
