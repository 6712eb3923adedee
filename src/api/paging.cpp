#include "api/paging.hpp"

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

std::string page_json(const Target& target, store::PageRequest page, std::vector<model::Message> found) {
  model::Paging paging;
  paging.limit = page.limit;
  if (found.size() > page.limit) {
    found.resize(page.limit);
    paging.since = core::value(found.back().id);
    paging.next = std::string(target.raw_path) + "?limit=" + std::to_string(page.limit) +
                  "&since=" + std::to_string(paging.since);
  }
  std::string out;
  model::append_json(out, paging, found);
  return out;
}

}  // namespace push::api
