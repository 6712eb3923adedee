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

// The text of each message is one letter, the first of its alphabet the newest.
std::string letters_of(std::string_view page) {
  std::string letters;
  const std::string_view key = "\"message\":\"";
  for (std::size_t at = page.find(key); at != std::string_view::npos; at = page.find(key, at + 1)) {
    letters += page[at + key.size()];
  }
  return letters;
}

TEST(Paging, APageOfLargeMessagesEndsEarly) {
  constexpr std::size_t kHalf = kPageBytes / 2;
  const std::size_t sizes[] = {10, kHalf, kHalf, kPageBytes, kPageBytes + 1, 1, 2, kPageBytes - 1000, 7};
  std::vector<model::Message> rest = down_from(9, 9);
  for (std::size_t i = 0; i < rest.size(); ++i) rest[i].message.assign(sizes[i], static_cast<char>('a' + i));
  std::vector<std::string> pages;
  for (std::uint64_t since = 10; since != 0;) {
    const std::string text = page_text("/message", {since, 200}, rest);
    const auto paging = nlohmann::json::parse(text.substr(10, text.find('}') - 9));
    pages.push_back(letters_of(text));
    since = paging.at("since");
    EXPECT_EQ(paging.contains("next"), since != 0);
    EXPECT_EQ(paging.at("size"), pages.back().size());
    EXPECT_EQ(paging.at("limit"), 200);
    std::erase_if(rest, [since](const model::Message& message) { return core::value(message.id) >= since; });
  }
  EXPECT_EQ(pages, (std::vector<std::string>{"ab", "c", "d", "e", "fghi"})) << "every message once";
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
