#include "support/cutting_proxy.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "support/wait.hpp"

namespace push::test {
namespace {

using support::Failure;

// The value of a word of a connection string without quotes.
std::string word(const std::string& connection, const std::string& name) {
  const auto at = (" " + connection).find(" " + name + "=");
  if (at == std::string::npos) throw Failure("no " + name + " in " + connection);
  const auto begin = at + name.size() + 1;
  return connection.substr(begin, connection.find(' ', begin) - begin);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

int connect_to(const std::string& path) {
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return made;
  ::close(made);
  return -1;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

struct CuttingProxy::Link {
  Link(int accepted, int connected) : client(accepted), server(connected) {}
  ~Link() {
    ::close(client);
    ::close(server);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  int client;
  int server;
  std::optional<Cut> cut{};  // what is left of it
  int number = 0;            // of that one
  bool frozen = false;
  std::string rest{};  // what was held back, and to whom it goes
  int rest_to = -1;
};

CuttingProxy::CuttingProxy(const std::string& server) {
  const std::string socket = "/.s.PGSQL." + word(server, "port");
  const std::string host = word(server, "host");
  server_ = host + socket;
  connection_ = server;
  connection_.replace(connection_.find("host=" + host), 5 + host.size(), "host=" + folder_.path());
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const sockaddr_un address = address_of(folder_.path() + socket);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, SOMAXCONN) != 0) {
    throw Failure("the proxy cannot listen");
  }
  thread_ = std::thread([this] { run(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  wake();
  thread_.join();
  ::close(listener_);
  ::close(wake_);
}

void CuttingProxy::arm(Cut cut) {
  const core::Lock lock(mutex_);
  armed_ = std::move(cut);
  ++number_;
  has_cut_ = false;
}

bool CuttingProxy::has_cut() const {
  const core::Lock lock(mutex_);
  return has_cut_;
}

void CuttingProxy::thaw() {
  {
    const core::Lock lock(mutex_);
    thaw_ = true;
  }
  wake();
}

void CuttingProxy::close_all() {
  {
    const core::Lock lock(mutex_);
    closing_ = true;
  }
  wake();
  const bool closed = support::eventually([this] {
    const core::Lock lock(mutex_);
    return !closing_;
  });
  if (!closed) throw Failure("the proxy does not close its connections");
}

void CuttingProxy::refuse(bool all) {
  {
    const core::Lock lock(mutex_);
    refusing_ = all;
  }
  close_all();
}

void CuttingProxy::wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

void CuttingProxy::run() {
  std::vector<std::unique_ptr<Link>> links;
  while (!stopping_) {
    std::vector<pollfd> waiting{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& link : links) {
      waiting.push_back({link->frozen ? -1 : link->client, POLLIN, 0});
      waiting.push_back({link->frozen ? -1 : link->server, POLLIN, 0});
    }
    ::poll(waiting.data(), waiting.size(), -1);
    std::uint64_t woken = 0;
    (void)!::read(wake_, &woken, sizeof woken);
    for (std::size_t i = 0; i < links.size(); ++i) {
      const bool alive = (waiting[2 + 2 * i].revents == 0 || pass(*links[i], Way::to_server)) &&
                         (waiting[3 + 2 * i].revents == 0 || pass(*links[i], Way::to_client));
      if (!alive) links[i].reset();
    }
    std::erase(links, nullptr);
    if (waiting[1].revents != 0) take(links);
    const core::Lock lock(mutex_);
    if (refusing_ || closing_) links.clear();
    closing_ = false;
    for (const auto& link : links) {
      if (!link->frozen || !thaw_) continue;
      link->frozen = false;
      send_all(link->rest_to, link->rest);  // if that fails, the next piece fails as well
    }
    thaw_ = false;
  }
}

void CuttingProxy::take(std::vector<std::unique_ptr<Link>>& links) {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  ++made_;
  const int server = connect_to(server_);
  links.push_back(std::make_unique<Link>(client, server));
  if (server < 0) links.pop_back();
}

// One piece. False: the connection has ended.
bool CuttingProxy::pass(Link& link, Way way) {
  const bool to_server = way == Way::to_server;
  std::array<char, 256 * 1024> buffer;
  const ssize_t size = ::recv(to_server ? link.client : link.server, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  const std::string_view piece(buffer.data(), static_cast<std::size_t>(size));
  {
    const core::Lock lock(mutex_);
    if (to_server && armed_ && piece.find(armed_->mark) != std::string_view::npos) {
      link.cut = *std::exchange(armed_, std::nullopt);
      link.number = number_;
    }
    if (link.number != number_) link.cut.reset();
  }
  const int to = to_server ? link.server : link.client;
  if (!link.cut || link.cut->way != way) return send_all(to, piece);
  if (piece.size() < link.cut->after || (piece.size() == link.cut->after && to_server)) {
    link.cut->after -= piece.size();
    return send_all(to, piece);
  }
  const std::string_view left = piece.substr(0, link.cut->after);
  const bool freezes = link.cut->end == End::freeze;
  const bool sent = send_all(to, left);
  {
    const core::Lock lock(mutex_);
    has_cut_ = true;
  }
  link.cut.reset();
  link.frozen = freezes;
  link.rest = piece.substr(left.size());
  link.rest_to = to;
  return sent && freezes;
}

}  // namespace push::test
