// One server with an application and a client of the administrator: the starting point of most API tests.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "support/gotify.hpp"
#include "support/server_process.hpp"

namespace push::support {

class ApiTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(const Settings& settings) {
    for (const auto& [name, value] : settings) server_.set(name, value);
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    application_ = create_application(owner, "app1");
    client_ = create_client(owner, "client1");
  }

  HttpClient nobody() const { return server_.http(); }
  HttpClient poster() const { return server_.http(application_.key()); }
  HttpClient reader() const { return server_.http(client_.key()); }
  StreamClient stream() const { return server_.stream(client_.key()); }

  ServerProcess server_;
  Created application_;
  Created client_;
};

}  // namespace push::support
