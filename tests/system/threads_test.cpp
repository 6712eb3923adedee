// What an operator sees in `top -H`: every thread of the program by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/server_process.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

std::vector<std::string> names_of_threads(pid_t process) {
  std::vector<std::string> names;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    names.push_back(name);
  }
  return names;
}

TEST(Threads, EachHasAName) {
  ServerProcess server;
  server.set("GOTIFY_SERVER_THREADS", "2");
  server.start();
  std::vector<std::string> expected = {"sharded-gotify", "loop0",   "loop1",  "worker0", "worker1", "lookup0",
                                       "replay0",        "replay1", "writer", "purger",  "log",     "password0",
                                       "housekeeper",    "webpush"};
  expected.push_back(on_postgres() ? "database" : "checkpointer");
#ifdef __SANITIZE_THREAD__
  expected.push_back("sharded-gotify");  // the sanitizer's own
#endif
  // A thread has its parent's name until it has set its own.
  EXPECT_TRUE(eventually([&] {
    return testing::Value(names_of_threads(server.id()), testing::UnorderedElementsAreArray(expected));
  })) << testing::PrintToString(names_of_threads(server.id()));
}

}  // namespace
}  // namespace push::support
