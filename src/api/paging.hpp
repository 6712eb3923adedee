// GET ...?limit&since: the requested page, and the answer with the link to the next one (protocol 1.5, 4).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/incoming.hpp"
#include "push/core/bytes.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"
#include "push/store/store.hpp"

namespace push::api {

// A page of more JSON than this ends early: what a request can make the server hold must not depend on how large the
// messages are. 200 messages, the most that a page has, are shorter than this up to 20 KB each.
constexpr std::size_t kPageBytes = std::size_t{4} << 20;

// Errors: invalid, with Gotify's text.
core::Result<store::PageRequest> read_page(std::string_view query);
// What to request from the store: one more message, which tells whether there is a next page.
store::PageRequest with_one_more(store::PageRequest page);

// Writes {"paging":{...},"messages":[...]} while the messages are read: at most page.limit of them and kPageBytes, but
// at least one. If any are left, the link says where they begin.
class PageWriter {
 public:
  // `path`: of the link, complete but for its query.
  PageWriter(std::string path, store::PageRequest page);

  // The messages of with_one_more(page), in order. False: the page is full.
  bool take(const model::Message& message);
  core::Slice finish();

 private:
  std::string head(std::uint64_t size, std::uint64_t since) const;

  const std::string path_;
  const store::PageRequest page_;
  std::size_t room_;  // for the head, which is known last
  std::string text_;
  std::uint64_t size_ = 0;
  std::uint64_t last_ = 0;  // the id of the last message
  bool more_ = false;
};

}  // namespace push::api
