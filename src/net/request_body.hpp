// A request's body for Boost.Beast: a string that grows with what has arrived. Beast's own string_body reserves the
// whole announced length before the peer has sent any of it.
#pragma once
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace push::net {

struct RequestBody {
  using value_type = std::string;
  static std::uint64_t size(const value_type& body) { return body.size(); }

  class reader {  // NOLINT(readability-identifier-naming): the name is Beast's
   public:
    template <bool isRequest, class Fields>
    reader(boost::beast::http::header<isRequest, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& error) {
      error = {};
      if (length) announced_ = *length;
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      const std::size_t size = boost::asio::buffer_size(buffers);
      make_room(body_.size() + size);
      for (const boost::asio::const_buffer part : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(part.data()), part.size());
      }
      return size;
    }
    void finish(boost::system::error_code& error) { error = {}; }

   private:
    // Twice as much each time, but never more than was announced.
    void make_room(std::size_t needed) {
      if (needed <= body_.capacity()) return;
      const std::uint64_t doubled = std::min<std::uint64_t>(announced_, 2 * std::uint64_t{body_.capacity()});
      value_type larger;  // because reserve() of a non-empty string may double by itself
      larger.reserve(std::max(needed, static_cast<std::size_t>(doubled)));
      larger = body_;
      body_.swap(larger);
    }

    value_type& body_;
    std::uint64_t announced_ = std::numeric_limits<std::uint64_t>::max();  // chunked: unknown
  };
};

}  // namespace push::net
