// What is left on disk after a change of a picture succeeds, and after it fails.
#include <stdlib.h>

#include <filesystem>
#include <future>
#include <iterator>
#include <thread>

#include "api/handler_test.hpp"

namespace push::api {
namespace {

class ImageRoutes : public HandlerTest {
 protected:
  ImageRoutes() {
    char name[] = "/tmp/push-routes-XXXXXX";
    path = ::mkdtemp(name);
    images = files::ImageFolder(path);
  }
  ~ImageRoutes() override { std::filesystem::remove_all(path); }

  net::Response upload(std::uint64_t application) {
    Incoming request;
    request.method = "POST";
    request.content_type = "multipart/form-data; boundary=zz";
    request.body =
        "--zz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gif\"\r\n\r\nGIF89a\r\n--zz--\r\n";
    return call(request, "/application/" + std::to_string(application) + "/image");
  }
  std::ptrdiff_t files_left() const {
    return std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator());
  }
  const std::string& image() { return store.applications[0].image; }

  std::string path;
};

TEST_F(ImageRoutes, ReplaceTheFileOnceTheChangeStands) {
  EXPECT_EQ(upload(1).status, 200u);
  const std::string first = image();
  EXPECT_TRUE(std::filesystem::exists(path + "/" + first));
  EXPECT_EQ(upload(1).status, 200u);
  EXPECT_NE(image(), first);
  EXPECT_TRUE(std::filesystem::exists(path + "/" + image()));
  EXPECT_EQ(files_left(), 1);
  EXPECT_EQ(call("DELETE", "/application/1/image").status, 200u);
  EXPECT_EQ(image(), "");
  EXPECT_EQ(files_left(), 0);
  EXPECT_EQ(answer("DELETE", "/application/1/image"), "400 app with id 1 does not have a customized image");
}

TEST_F(ImageRoutes, KeepTheFileWhenTheChangeFails) {
  ASSERT_EQ(upload(1).status, 200u);
  const std::string before = image();
  store.during_lookup = [this] { store.broken = true; };
  EXPECT_EQ(upload(1).status, 503u);
  store.broken = false;
  EXPECT_EQ(call("DELETE", "/application/1/image").status, 503u);
  EXPECT_EQ(image(), before);
  EXPECT_EQ(files_left(), 1);
  EXPECT_TRUE(std::filesystem::exists(path + "/" + before));

  // The application is deleted between the look-up and the change.
  store.broken = false;
  store.during_lookup = [this] { store.applications.erase(store.applications.begin()); };
  EXPECT_EQ(upload(1).status, 404u);
  EXPECT_EQ(files_left(), 1);
}

// What has to be done is done at the end, too, although work that has not begun is refused by then.
TEST_F(ImageRoutes, AreRemovedEvenIfTheServerStopsBeforeTheirTurn) {
  ASSERT_EQ(upload(1).status, 200u);
  std::promise<void> begun;
  core::WorkerPool::Job blocker = [this, &begun] {
    begun.set_value();
    while (!workers.is_stopping()) std::this_thread::yield();
  };
  ASSERT_TRUE(workers.submit(blocker, core::Line{}));
  begun.get_future().wait();
  auto answer = std::async(std::launch::async, [this] { return call("DELETE", "/application/1"); });
  while (workers.waiting() == 0) std::this_thread::yield();
  workers.stop();
  EXPECT_EQ(answer.get().status, 200u);
  EXPECT_EQ(files_left(), 0);
}

TEST_F(ImageRoutes, AreTheOwners) {
  EXPECT_EQ(upload(2).status, 404u);
  EXPECT_EQ(answer("DELETE", "/application/2/image"), "404 app with id 2 doesn't exists");
  EXPECT_EQ(files_left(), 0);
}

}  // namespace
}  // namespace push::api
