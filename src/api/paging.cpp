#include "api/paging.hpp"

#include <limits>
#include <utility>

#include "push/binder/binder.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 200;

}  // namespace

core::Result<store::PageRequest> read_page(std::string_view query) {
  std::int64_t limit = kDefaultLimit;
  store::PageRequest page;
  binder::Form form("pagingParams");
  form.integer("limit", limit).at_least(1).at_most(kMaxLimit);
  form.unsigned_integer("since", page.since);
  if (auto bound = binder::bind_query(query, form); !bound) return std::move(bound).error();
  page.limit = static_cast<std::uint64_t>(limit);
  return page;
}

store::PageRequest with_one_more(store::PageRequest page) {
  ++page.limit;
  return page;
}

PageWriter::PageWriter(std::string path, store::PageRequest page) : path_(std::move(path)), page_(page) {
  constexpr std::uint64_t kLongest = std::numeric_limits<std::uint64_t>::max();
  room_ = head(kLongest, kLongest).size();
  text_.assign(room_, ' ');
}

std::string PageWriter::head(std::uint64_t size, std::uint64_t since) const {
  model::Paging paging;
  paging.size = size;
  paging.since = since;
  paging.limit = page_.limit;
  if (since != 0) paging.next = path_ + "?limit=" + std::to_string(page_.limit) + "&since=" + std::to_string(since);
  std::string out;
  model::append_page_head(out, paging);
  return out;
}

bool PageWriter::take(const model::Message& message) {
  const std::size_t before = text_.size();
  const std::size_t least = message.message.size() + message.title.size() + message.extras.size();
  if (size_ < page_.limit && (size_ == 0 || before - room_ + least <= kPageBytes)) {
    if (size_ != 0) text_ += ',';
    model::append_json(text_, message);
    if (size_ == 0 || text_.size() - room_ <= kPageBytes) {
      ++size_;
      last_ = core::value(message.id);
      return true;
    }
  }
  text_.resize(before);
  more_ = true;
  return false;
}

core::Slice PageWriter::finish() {
  text_ += "]}";
  if (text_.capacity() > text_.size() + text_.size() / 4) text_.shrink_to_fit();
  const std::string beginning = head(size_, more_ ? last_ : 0);
  const std::size_t skip = room_ - beginning.size();
  text_.replace(skip, beginning.size(), beginning);
  return core::Slice::take(std::move(text_), skip);
}

}  // namespace push::api
