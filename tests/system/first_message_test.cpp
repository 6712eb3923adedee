// The README's first message, with clients that share no code with the server or with the other tests: Boost.Beast.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "support/gotify.hpp"
#include "support/server_process.hpp"

namespace push::support {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

class FirstMessage : public testing::Test {
 protected:
  void SetUp() override { server_.start(); }

  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server_.address().port});
    return socket;
  }

  // As curl -F: every field a part.
  nlohmann::json post_form(const std::string& target, const std::string& authorization,
                           const std::vector<std::pair<std::string, std::string>>& fields) {
    http::request<http::string_body> request(http::verb::post, target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::content_type, "multipart/form-data; boundary=----x");
    if (!authorization.empty()) request.set(http::field::authorization, authorization);
    for (const auto& [name, value] : fields) {
      request.body() += "------x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    request.body() += "------x--\r\n";
    request.prepare_payload();
    tcp::socket socket = connect();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    EXPECT_EQ(response.result_int(), 200U) << response.body();
    EXPECT_EQ(response[http::field::content_type], "application/json");
    return nlohmann::json::parse(response.body());
  }

  ServerProcess server_;
  boost::asio::io_context context_;
};

TEST_F(FirstMessage, OfTheReadmeReachesItsSubscriberAndStays) {
  const std::string basic = basic_header("admin", "admin").substr(sizeof "Authorization: " - 1);
  const std::string sender = post_form("/application", basic, {{"name", "backup"}}).at("token");
  const std::string listener = post_form("/client", basic, {{"name", "laptop"}}).at("token");
  EXPECT_EQ(sender.size(), 15U);
  EXPECT_EQ(sender[0], 'A');
  EXPECT_EQ(listener.size(), 15U);
  EXPECT_EQ(listener[0], 'C');

  beast::websocket::stream<tcp::socket> stream(connect());
  stream.set_option(beast::websocket::stream_base::decorator(
      [&listener](beast::websocket::request_type& request) { request.set("X-Gotify-Key", listener); }));
  stream.handshake("localhost", "/stream");
  const auto posted =
      post_form("/message?token=" + sender, "", {{"title", "Backup"}, {"message", "disk is full"}, {"priority", "5"}});
  EXPECT_EQ(posted.at("message"), "disk is full");
  EXPECT_EQ(posted.at("priority"), 5);

  beast::flat_buffer buffer;
  stream.read(buffer);
  EXPECT_TRUE(stream.got_text());
  EXPECT_EQ(nlohmann::json::parse(beast::buffers_to_string(buffer.data())), posted);
  stream.close(beast::websocket::close_code::normal);

  server_.kill9();
  server_.start();
  HttpClient client = server_.http({key_header(listener)});
  EXPECT_EQ(client.get("/message").json().at("messages"), nlohmann::json::array({posted}));
}

}  // namespace
}  // namespace push::support
