#include "push/core/mask.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::core {
namespace {

constexpr std::size_t kAll = 1024;
std::string masked(std::string_view target) {
  return mask_secrets(target, kAll);
}

struct Case {
  const char* target;
  const char* shown;
};

TEST(MaskSecrets, HidesTheValueOfWhateverIsNamedLikeASecret) {
  const Case cases[] = {
      {"/stream?token=CAbc123", "/stream?token=[masked]"},
      {"/message?token=A1&limit=2", "/message?token=[masked]&limit=2"},
      {"/message?limit=2&token=A1", "/message?limit=2&token=[masked]"},
      {"/message?token=A1&token=B2&x=y", "/message?token=[masked]&token=[masked]&x=y"},
      {"/message?token=&token=B2", "/message?token=[masked]&token=[masked]"},
      {"/message?token=a=b%26c/d?e;f#g", "/message?token=[masked]"},
      {"/message?%74oken=A1&x=%74", "/message?%74oken=[masked]&x=%74"},
      {"/message?x=%7&t%6Fke%6e=A1", "/message?x=%7&t%6Fke%6e=[masked]"},
      {"/message?Token=A1", "/message?Token=[masked]"},
      {"/message?TOKEN=A1", "/message?TOKEN=[masked]"},
      {"/message?X-Gotify-Key=A1", "/message?X-Gotify-Key=[masked]"},
      {"/message?token%3D=A1", "/message?token%3D[masked]"},
      {"/message?token[]=A1", "/message?token[]=[masked]"},
      {"/message?%2574oken=A1", "/message?%2574oken=[masked]"},
      {"/message?%54oken=A1", "/message?%54oken=[masked]"},
      {"/message?token%00=A1", "/message?token%00=[masked]"},
      {"/message?access_token=A1", "/message?access_token=[masked]"},
      {"/message?apikey=A1&PASSWORD=b&client_secret=c&Authorization=d",
       "/message?apikey=[masked]&PASSWORD=[masked]&client_secret=[masked]&Authorization=[masked]"},
      {"/message?next=/stream?token=A1", "/message?next=/stream?token=[masked]"},
      {"/message?x=token=A1", "/message?x=token=[masked]"},
      {"/message;token=A1", "/message;token=[masked]"},
      {"/message#token=A1", "/message#token=[masked]"},
      {"/message%3Ftoken%3DA1", "/message%3Ftoken%3D[masked]"},
      {"/message%253Ftoken%253DA1", "/message%253Ftoken%253D[masked]"},
      {"token=A1", "token=[masked]"},
  };
  for (const Case& one : cases) EXPECT_EQ(masked(one.target), one.shown) << one.target;
}

TEST(MaskSecrets, HidesWhatLooksLikeATokenWhereverItIs) {
  const Case cases[] = {
      {"/stream?tokn=CAbcdefghijklm.", "/stream?tokn=[masked]"}, {"/stream?CAbcdefghijklm-", "/stream?[masked]"},
      {"/message/A_bcdefghijklmn/x", "/message/[masked]/x"},     {"/x?a=PAbcdefghijklmn,b", "/x?a=[masked],b"},
      {"/x?a=%43Abcdefghijklmn%00", "/x?a=[masked]%00"},         {"/x?a=%2543Abcdefghijklmn", "/x?a=[masked]"},
      {"/x?a=C%41b%63defghijklm%6E&b=c", "/x?a=[masked]&b=c"},   {"/x?a=gtfyc.NBcxDA1w7k", "/x?a=[masked]"},
      {"/x?a=gtfya.key.1700000000.sign", "/x?a=[masked]"},
  };
  for (const Case& one : cases) EXPECT_EQ(masked(one.target), one.shown) << one.target;
}

TEST(MaskSecrets, HidesUserAndPasswordOfAnAddress) {
  const Case cases[] = {
      {"http://u:PASSWORD@h/message", "http://[masked]@h/message"},
      {"http://u:P@SS@h/message", "http://[masked]@h/message"},
      {"http://u:PASSWORD@h", "http://[masked]@h"},
      {"//u:PASSWORD@h/message", "//[masked]@h/message"},
      {"u:PASSWORD@h:443", "[masked]@h:443"},
      {"/go?to=https%3A%2F%2Fu:PASSWORD%40h/x", "/go?to=https%3A%2F%2F[masked]%40h/x"},
      {"http://h/message?x=a@b", "http://h/message?x=a@b"},
  };
  for (const Case& one : cases) EXPECT_EQ(masked(one.target), one.shown) << one.target;
}

TEST(MaskSecrets, LeavesEverythingElseAsItIs) {
  for (const char* target :
       {"", "/", "/message?limit=2", "/token", "/message?token", "/a&b", "/%74oken", "/auth/local/login",
        "/message?%74oken", "/message?%75oken=1", "/message?%+4oken=1", "/%7", "/auth/x=1",
        "/image/AbcdefghijklmnopqrstuvwxY.png", "/static/js/main.0f3a.chunk.js", "*", "http://h/x"}) {
    EXPECT_EQ(masked(target), target);
  }
}

TEST(MaskSecrets, LeavesNothingThatATerminalObeys) {
  EXPECT_EQ(masked("/a\xc2\x9b"
                   "31m\x80?token=\xff&\x1b=\n"),
            "/a%C2%9B31m%80?token=[masked]&%1B=%0A");
}

TEST(MaskSecrets, CutsWhatIsTooLongAndStillKnowsASecretThatIsCut) {
  EXPECT_EQ(mask_secrets("/" + std::string(9, 'x'), 10), "/" + std::string(9, 'x'));
  EXPECT_EQ(mask_secrets("/" + std::string(10, 'x'), 10), "/" + std::string(9, 'x') + "...");
  EXPECT_EQ(mask_secrets("/" + std::string(64 * 1024, '\x80'), 10), "/%80%80%80...");
  const std::string head = "/?" + std::string(kAll - 12, 'x') + "&a=";
  EXPECT_EQ(masked(head + "CAbcdefghijklmn&b=c"), head + "[masked]...");
  EXPECT_EQ(masked("/" + std::string(kAll, 'x') + "?token=A1"), "/" + std::string(kAll - 1, 'x') + "...");
}

}  // namespace
}  // namespace push::core
