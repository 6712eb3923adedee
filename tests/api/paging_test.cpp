#include "api/paging.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>

namespace push::api {
namespace {

std::vector<model::Message> down_from(std::uint64_t newest, std::uint64_t count) {
  std::vector<model::Message> out(count);
  for (std::uint64_t i = 0; i < count; ++i) out[i].id = core::MessageId{newest - i};
  return out;
}

// What the store returns for with_one_more(page), as a page.
std::string page_text(std::string path, store::PageRequest page, const std::vector<model::Message>& found) {
  PageWriter writer(std::move(path), page);
  for (const model::Message& message : found) {
    if (!writer.take(message)) break;
  }
  return std::string(writer.finish().view);
}

// The "paging" object and the ids of the page.
std::string page(std::string_view target, std::vector<model::Message> found) {
  const auto parsed = parse_target(target);
  const auto wanted = read_page(parsed->query);
  if (!wanted) return wanted.error().text;
  const std::string text = page_text(std::string(parsed->raw_path), *wanted, found);
  std::string out = text.substr(0, text.find(",\"messages\""));
  for (std::size_t at = text.find("\"id\":"); at != std::string::npos; at = text.find("\"id\":", at + 1)) {
    out += " " + text.substr(at + 5, text.find(',', at) - at - 5);
  }
  return out;
}

TEST(Paging, LinksToTheNextPageOnlyIfThereIsOne) {
  EXPECT_EQ(page("/message?limit=2", down_from(17, 3)),
            R"({"paging":{"next":"/message?limit=2\u0026since=16","size":2,"since":16,"limit":2} 17 16)");
  EXPECT_EQ(page("/message?limit=2&since=3", down_from(2, 2)), R"({"paging":{"size":2,"since":0,"limit":2} 2 1)");
  EXPECT_EQ(page("/message", {}), R"({"paging":{"size":0,"since":0,"limit":100})");
  EXPECT_EQ(page_text("/message", {}, {}), R"({"paging":{"size":0,"since":0,"limit":100},"messages":[]})");
}

TEST(Paging, TheLinkKeepsThePathAsReceivedAndNoOtherParameter) {
  EXPECT_EQ(page("/application/001/message?token=Csecret&limit=1&x=y", down_from(9, 2)),
            R"({"paging":{"next":"/application/001/message?limit=1\u0026since=9","size":1,"since":9,"limit":1} 9)");
}

TEST(Paging, APageOfLargeMessagesEndsEarly) {
  // Every message once, however large, in pages of at most kPageBytes or one message.
  std::vector<model::Message> all = down_from(9, 9);
  const std::size_t sizes[] = {10, kPageBytes / 2, kPageBytes / 2, kPageBytes, 3 * kPageBytes, 1, 2, kPageBytes - 300,
                               7};
  for (std::size_t i = 0; i < all.size(); ++i) all[i].message.assign(sizes[i], i == 4 ? '<' : 'x');
  std::string ids;
  std::vector<std::size_t> pages;
  for (std::uint64_t since = 10; since != 0;) {
    std::vector<model::Message> rest;
    for (const model::Message& message : all) {
      if (core::value(message.id) < since) rest.push_back(message);
    }
    const auto page = nlohmann::json::parse(page_text("/message", {since, 200}, rest));
    since = page.at("paging").at("since");
    EXPECT_EQ(page.at("paging").contains("next"), since != 0);
    EXPECT_EQ(page.at("paging").at("size"), page.at("messages").size());
    EXPECT_EQ(page.at("paging").at("limit"), 200);
    pages.push_back(page.at("messages").size());
    for (const auto& message : page.at("messages")) ids += std::to_string(message.at("id").get<int>());
  }
  EXPECT_EQ(ids, "987654321");
  EXPECT_EQ(pages, (std::vector<std::size_t>{2, 1, 1, 1, 4}));
}

TEST(Paging, TheAnswerOccupiesLittleMoreThanItsText) {
  PageWriter writer("/message", {0, 200});
  for (model::Message& message : down_from(200, 100)) {
    message.message.assign(50'000, 'x');
    if (!writer.take(message)) break;
  }
  const core::Slice page = writer.finish();
  EXPECT_GT(page.view.size(), kPageBytes - 51'000);
  EXPECT_LE(page.view.size(), kPageBytes + 200);
}

TEST(Paging, ReadsLimitAndSince) {
  EXPECT_EQ(read_page("")->limit, 100u);
  EXPECT_EQ(read_page("limit=200&since=18446744073709551615")->limit, 200u);
  EXPECT_EQ(read_page("limit=200&since=18446744073709551615")->since, 18446744073709551615u);
  EXPECT_EQ(read_page("limit=1&limit=2")->limit, 1u);
  EXPECT_EQ(read_page("since=")->since, 0u);
  EXPECT_EQ(with_one_more(*read_page("limit=7&since=3")).limit, 8u);
  EXPECT_EQ(with_one_more(*read_page("limit=7&since=3")).since, 3u);
}

TEST(Paging, RefusesWhatGotifyRefusesInItsWords) {
  const std::pair<const char*, const char*> rows[] = {
      {"limit=0", "Field 'limit' must be more or equal to 1"},
      {"limit=-1", "Field 'limit' must be more or equal to 1"},
      {"limit=", "Field 'limit' must be more or equal to 1"},
      {"limit=201", "Field 'limit' must be less or equal to 200"},
      {"limit=abc", "strconv.ParseInt: parsing \"abc\": invalid syntax"},
      {"since=-1", "strconv.ParseUint: parsing \"-1\": invalid syntax"},
      {"since=18446744073709551616", "strconv.ParseUint: parsing \"18446744073709551616\": value out of range"},
  };
  for (const auto& [query, text] : rows) {
    const auto read = read_page(query);
    EXPECT_EQ(read ? "none" : read.error().text, text) << query;
    EXPECT_TRUE(read || read.error().code == core::ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace push::api
