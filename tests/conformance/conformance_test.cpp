// Appendix A of the specification, row by row, in both modes.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "conformance/play.hpp"

namespace push::conformance {
namespace {

class Closing : public testing::Environment {
 public:
  void TearDown() override { close_stages(); }
};
const testing::Environment* const kClosing = testing::AddGlobalTestEnvironment(new Closing);

using Case = std::tuple<Mode, Row>;

std::string name(const testing::TestParamInfo<Case>& info) {
  std::string text = std::get<1>(info.param).number + std::string("_") + name_of(std::get<0>(info.param));
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

const auto kModes = testing::Values(Mode::v2, Mode::v3);

class Exchange : public testing::TestWithParam<Case> {
 protected:
  static void play_row(const std::string& section, unsigned messages = 0) {
    const auto& [mode, row] = GetParam();
    play(row, mode, section, messages);
  }
};

#define PUSH_SECTION(Section, rows, ...)           \
  class Section : public Exchange {};              \
  TEST_P(Section, IsGotifys) {                     \
    play_row(#Section __VA_OPT__(, ) __VA_ARGS__); \
  }                                                \
  INSTANTIATE_TEST_SUITE_P(, Section, testing::Combine(kModes, testing::ValuesIn(rows)), name)

PUSH_SECTION(Routing, kRouting);
PUSH_SECTION(Auth, kAuth);
PUSH_SECTION(Tokens, kTokens);
PUSH_SECTION(Messages, kMessages);
PUSH_SECTION(Forms, kForms);
PUSH_SECTION(Paging, kPaging, 17);
PUSH_SECTION(Applications, kApplications);
PUSH_SECTION(Images, kImages);
PUSH_SECTION(Clients, kClients);
PUSH_SECTION(Users, kUsers);
PUSH_SECTION(Objects, kObjects);
PUSH_SECTION(Rules, kRules);

}  // namespace
}  // namespace push::conformance
