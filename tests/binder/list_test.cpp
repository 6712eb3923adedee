// A list of numbers, which Gotify's own forms do not have.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "binder/fixture.hpp"

namespace push::binder::test {
namespace {

// ids|name
std::string list_form(std::string_view type, std::string_view body) {
  std::vector<std::uint64_t> ids = {7};
  std::string name;
  Form form("Lists");
  form.list("ids", ids).at_most_items(3);
  form.text("name", name);
  const auto bound = bind({"POST", type, "", body}, form);
  std::string fields;
  for (const auto id : ids) fields += std::to_string(id) + ",";
  return outcome(bound, fields + "|" + name);
}

class ListTest : public ::testing::TestWithParam<Row> {};

TEST_P(ListTest, IsReadFromJson) {
  EXPECT_EQ(list_form("application/json", GetParam().input), GetParam().outcome);
}

#define ITEM_ERROR(value) "! json: cannot unmarshal " value " into Go struct field Lists.ids of type uint"

INSTANTIATE_TEST_SUITE_P(
    Rows, ListTest,
    ::testing::Values(
        Row{R"({"ids":[1,2,18446744073709551615],"name":"n"})", "1,2,18446744073709551615,|n"},
        Row{R"({"name":"n"})", "7,|n"}, Row{R"({"ids":[]})", "|"}, Row{R"({"ids":null})", "|"},
        Row{R"({"ids":[1,2],"IDS":[3]})", "3,|"},
        Row{R"({"ids":[1,2,3,4]})", "! Field 'ids' must not hold more than 3 values"},
        Row{R"({"ids":[-1]})", ITEM_ERROR("number -1")}, Row{R"({"ids":[1.5]})", ITEM_ERROR("number 1.5")},
        Row{R"({"ids":[1e400]})", ITEM_ERROR("number 1e400")}, Row{R"({"ids":["1"]})", ITEM_ERROR("string")},
        Row{R"({"ids":[true]})", ITEM_ERROR("bool")}, Row{R"({"ids":[[1]]})", ITEM_ERROR("array")},
        Row{R"({"ids":[{"ids":1}]})", ITEM_ERROR("object")},
        Row{R"({"ids":1})", "! json: cannot unmarshal number into Go struct field Lists.ids of type []uint"},
        Row{R"({"ids":{"a":[1]}})", "! json: cannot unmarshal object into Go struct field Lists.ids of type []uint"},
        Row{R"({"name":[1]})", "! json: cannot unmarshal array into Go struct field Lists.name of type string"},
        Row{R"({"other":[1,[2]],"ids":[3]})", "3,|"}));

TEST(List, IsSetByNoOtherFormat) {
  EXPECT_EQ(list_form("application/x-www-form-urlencoded", "ids=1&ids=2&name=n"), "7,|n");
  EXPECT_EQ(list_form("application/yaml", "ids: [1, 2]\nname: n\n"), "7,|n");
}

}  // namespace
}  // namespace push::binder::test
