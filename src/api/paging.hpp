// GET ...?limit&since: the requested page, and the answer with the link to the next one (protocol 1.5, 4).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "api/target.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"
#include "push/store/store.hpp"

namespace push::api {

// Errors: invalid, with Gotify's text.
core::Result<store::PageRequest> read_page(std::string_view query);
// What to request from the store: one more message, which tells whether there is a next page.
store::PageRequest with_one_more(store::PageRequest page);
// {"paging":{...},"messages":[...]}; `found` is the store's answer to with_one_more(page).
std::string page_json(const Target& target, store::PageRequest page, std::vector<model::Message> found);

}  // namespace push::api
