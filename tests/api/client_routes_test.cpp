#include <nlohmann/json.hpp>

#include "api/handler_test.hpp"

namespace push::api {
namespace {

using ClientRoutes = HandlerTest;

TEST_F(ClientRoutes, ClientsAreListedAndCreated) {
  EXPECT_TRUE(answer("GET", "/client").starts_with(R"(200 [{"id":1,"token":"Cone",)"));
  EXPECT_TRUE(answer("POST", "/client", R"({"name":"c2","expiresAfterInactivitySeconds":60})")
                  .starts_with("200 {\"id\":3,\"token\":\"C"));
  EXPECT_EQ(store.clients.back().expires_after_inactivity_seconds, 60u);
  EXPECT_EQ(answer("POST", "/client", "{}"), "400 Field 'name' is required");
  EXPECT_TRUE(answer("POST", "/client", R"({"name":"c","expiresAfterInactivitySeconds":-1})")
                  .ends_with("into Go struct field ClientParams.expiresAfterInactivitySeconds of type uint"));
  principal.user = core::UserId{3};
  EXPECT_EQ(answer("GET", "/client"), "200 []");
}

TEST_F(ClientRoutes, SayHowManyStreamsTheyHaveOpenIfAsked) {
  store.add_client(7, 1, "Cseven");
  presence.keys = {{{core::UserId{1}, core::ClientId{}}, 0, {{.loop = 0, .transport = {}, .count = 9}}},
                   {{core::UserId{1}, core::ClientId{7}},
                    0,
                    {{.loop = 0, .transport = {}, .count = 2}, {.loop = 1, .transport = {}, .count = 1}}}};
  const std::string without = answer("GET", "/client");
  EXPECT_EQ(without.find("streams"), std::string::npos);
  EXPECT_EQ(answer("GET", "/client?presence=0"), without);
  EXPECT_TRUE(presence.asked.empty());
  const auto listed = nlohmann::json::parse(answer("GET", "/client?presence=1").substr(4));
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].at("streams"), 0);
  EXPECT_EQ(listed[1].at("id"), 7);
  EXPECT_EQ(listed[1].at("streams"), 3);
  EXPECT_EQ(presence.asked, std::vector<std::uint64_t>{1});
  EXPECT_EQ(answer("GET", "/client?presence=maybe"), R"(400 strconv.ParseBool: parsing \"maybe\": invalid syntax)");
}

TEST_F(ClientRoutes, AreRenamedAndTheirExpiryChangesOnlyWhenItIsMentioned) {
  store.clients[0].expires_after_inactivity_seconds = 60;
  config.compat = config::Compat::v3;
  EXPECT_EQ(answer("PUT", "/client/1", R"({"name":"new"})"),
            R"(200 {"id":1,"token":"Cone","name":"new","createdAt":"1970-01-01T00:00:00.0Z","lastUsed":null,)"
            R"("expiresAfterInactivitySeconds":60})");
  answer("PUT", "/client/1", R"({"name":"new","expiresAfterInactivitySeconds":null})");
  EXPECT_EQ(store.clients[0].expires_after_inactivity_seconds, 60u);
  EXPECT_EQ(forgotten_by([this] { answer("PUT", "/client/1", R"({"name":"n","expiresAfterInactivitySeconds":0})"); }),
            1u);
  EXPECT_EQ(store.clients[0].expires_after_inactivity_seconds, 0u);
}

TEST_F(ClientRoutes, MustBeThereAndOnesOwnBeforeTheBodyIsRead) {
  for (const char* id : {"2", "99", "0"}) {
    const std::string missing = std::string("404 client with id ") + id + " doesn't exists";
    EXPECT_EQ(answer("PUT", std::string("/client/") + id, "{bad"), missing);
    EXPECT_EQ(answer("DELETE", std::string("/client/") + id), missing);
  }
  EXPECT_EQ(answer("PUT", "/client/1", "{}"), "400 Field 'name' is required");
  EXPECT_TRUE(closings.closed.empty());
}

TEST_F(ClientRoutes, AreDeletedForgottenAndDisconnectedInThisOrder) {
  store.add_client(7, 1, "Cseven");
  EXPECT_EQ(answer("DELETE", "/client/7"), "200");
  EXPECT_EQ(closings.closed, std::vector<std::string>{"1:C7"});
  EXPECT_EQ(store.clients.size(), 2u);
}

TEST_F(ClientRoutes, AreElevatedForAWhile) {
  EXPECT_EQ(answer("POST", "/client/99/elevate", "{}"), "400 Field 'durationSeconds' is required");
  EXPECT_EQ(answer("POST", "/client/99/elevate", R"({"durationSeconds":60})"), "404 client not found");
  EXPECT_EQ(answer("POST", "/client/2/elevate", R"({"durationSeconds":60})"), "404 client not found");
  const core::WallTime before = core::wall_now();
  EXPECT_EQ(
      forgotten_by([this] { EXPECT_EQ(answer("POST", "/client/1/elevate", R"({"durationSeconds":60})"), "204"); }), 1u);
  ASSERT_TRUE(store.clients[0].elevated_until);
  EXPECT_GE(*store.clients[0].elevated_until, before + std::chrono::seconds(60));
  EXPECT_LE(*store.clients[0].elevated_until, core::wall_now() + std::chrono::seconds(60));
  for (const char* negative : {"-1", "-9223372036854775808"}) {
    store.clients[0].elevated_until = before;
    EXPECT_EQ(answer("POST", "/client/1/elevate", std::string(R"({"durationSeconds":)") + negative + "}"), "204");
    EXPECT_FALSE(store.clients[0].elevated_until) << negative;
  }
}

TEST_F(ClientRoutes, AnElevationWithoutEndEndsWhereTimeDoes) {
  for (const char* seconds : {"9223372036854775807", "9223372036", "9223372037"}) {
    EXPECT_EQ(answer("POST", "/client/1/elevate", std::string(R"({"durationSeconds":)") + seconds + "}"), "204");
    ASSERT_TRUE(store.clients[0].elevated_until);
    const std::string text = core::database_time(*store.clients[0].elevated_until);
    EXPECT_TRUE(text.starts_with("2261-12-30 ") || text.starts_with("2261-12-31 ")) << text;
    EXPECT_EQ(core::parse_time(text), store.clients[0].elevated_until) << "the database can give it back";
  }
}

TEST_F(ClientRoutes, NamesAreBounded) {
  const std::string body = R"({"name":")" + std::string(1025, 'x') + R"("})";
  EXPECT_EQ(answer("POST", "/client", body), "400 Field 'name' must not be longer than 1024 bytes");
  EXPECT_EQ(answer("PUT", "/client/1", body), "400 Field 'name' must not be longer than 1024 bytes");
}

// The store writes it later.
TEST_F(ClientRoutes, TheClientThatAsksSeesItsOwnUse) {
  EXPECT_NE(answer("GET", "/client").find(R"("lastUsed":null)"), std::string::npos);
  auth::Credentials credentials;
  credentials.token = "Cone";
  const core::WallTime before = core::wall_now();
  ASSERT_TRUE(authenticator.authenticate(auth::Access::client, credentials));
  store.clients[0].last_used.reset();
  store.clients[0].expires_after_inactivity_seconds = 3600;
  store.clients[0].expires_at = core::wall_now();
  store.clients[0].expires_at = *store.clients[0].expires_at + std::chrono::seconds(10);
  const auto list = nlohmann::json::parse(answer("GET", "/client").substr(4));
  const auto used = core::parse_time(list.at(0).at("lastUsed").get<std::string>());
  ASSERT_TRUE(used) << list.dump();
  EXPECT_GE(*used, before);
  EXPECT_EQ(core::parse_time(list.at(0).at("expiresAt").get<std::string>()), *used + std::chrono::hours(1));
  const auto changed = nlohmann::json::parse(answer("PUT", "/client/1", R"({"name":"new"})").substr(4));
  EXPECT_EQ(changed.at("lastUsed"), list.at(0).at("lastUsed"));
}

}  // namespace
}  // namespace push::api
