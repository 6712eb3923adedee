#include "cluster/nats_connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace push::cluster {

namespace {

constexpr std::int64_t kConnectMilliseconds = 1000;
constexpr std::int64_t kWriteMilliseconds = 1000;
constexpr std::int64_t kReconnectMilliseconds = 250;  // plus up to as much at random
constexpr std::int64_t kPingMilliseconds = 2000;
constexpr int kPingsOut = 2;
constexpr int kReconnectBytes = 1024 * 1024;
constexpr int kPendingMessages = 65536;
constexpr int kPendingBytes = 64 * 1024 * 1024;
constexpr std::int64_t kReceiveMilliseconds = 60'000;
constexpr std::size_t kDefaultPayload = 1024 * 1024;

std::vector<std::string> split(const std::string& urls) {
  std::vector<std::string> all;
  std::size_t begin = 0;
  while (begin <= urls.size()) {
    const std::size_t end = std::min(urls.find(',', begin), urls.size());
    all.push_back(urls.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

// `last` has more detail than the status, but could quote a URL with a password.
std::string reason(natsStatus status, const char* last = nats_GetLastError(nullptr)) {
  std::string detail = last == nullptr ? "" : last;
  // (conn.c:2088): what it is
  if (const std::size_t place = detail.find("): "); detail.starts_with('(') && place != std::string::npos) {
    detail.erase(0, place + 3);
  }
  const std::string text = natsStatus_GetText(status);
  const bool plain = detail.find('@') == std::string::npos && detail.find("//") == std::string::npos;
  return !plain || detail.empty() || detail == text ? text : text + ": " + detail;
}

NatsLink& link_of(void* closure) {
  return *static_cast<NatsLink*>(closure);
}

// None of them blocks the thread of libnats that calls it.
natsStatus set_callbacks(natsOptions* options, NatsLink* link) {
  natsStatus status = natsOptions_SetDisconnectedCB(
      options, [](natsConnection*, void* closure) { link_of(closure).on_disconnected(); }, link);
  if (status == NATS_OK) {
    status = natsOptions_SetReconnectedCB(
        options, [](natsConnection*, void* closure) { link_of(closure).on_reconnected(); }, link);
  }
  if (status == NATS_OK) {
    status = natsOptions_SetClosedCB(
        options, [](natsConnection*, void* closure) { link_of(closure).on_closed(); }, link);
  }
  if (status == NATS_OK) {
    status = natsOptions_SetErrorHandler(
        options,
        [](natsConnection*, natsSubscription*, natsStatus error, void* closure) {
          if (error == NATS_SLOW_CONSUMER) return link_of(closure).on_slow();
          // If it is reconnecting, libnats will try again or close.
          if (link_of(closure).is_connected()) link_of(closure).on_refused(reason(error));
        },
        link);
  }
  return status;
}

natsStatus set_manners(natsOptions* options) {
  natsStatus status = natsOptions_SetTimeout(options, kConnectMilliseconds);
  const auto then = [&status](natsStatus next) { status = status == NATS_OK ? next : status; };
  then(natsOptions_SetAllowReconnect(options, true));
  then(natsOptions_SetMaxReconnect(options, -1));
  then(natsOptions_SetReconnectWait(options, kReconnectMilliseconds));
  then(natsOptions_SetReconnectJitter(options, kReconnectMilliseconds, kReconnectMilliseconds));
  then(natsOptions_SetReconnectBufSize(options, kReconnectBytes));
  then(natsOptions_SetPingInterval(options, kPingMilliseconds));
  then(natsOptions_SetMaxPingsOut(options, kPingsOut));
  then(natsOptions_SetNoEcho(options, true));
  // Without a deadline, a server that does not read would stop the sender for ever.
  then(natsOptions_SetWriteDeadline(options, kWriteMilliseconds));
  // Otherwise a thread of libnats would send it about a millisecond later.
  then(natsOptions_SetSendAsap(options, true));
  return status;
}

// Empty: it can be read.
std::string why_unreadable(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!error && std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return "not a regular file";
  return ::access(path.c_str(), R_OK) == 0 ? "" : std::strerror(errno);
}

core::Error unusable(const std::string& what, const std::string& why) {
  return core::failure(core::ErrorCode::invalid, what + ": " + why);
}

}  // namespace

std::string places_of(const std::string& urls) {
  std::string places;
  for (const std::string& url : split(urls)) {
    const std::size_t scheme = url.find("://");
    const std::size_t user = url.rfind('@');
    const std::size_t begin = user != std::string::npos ? user + 1 : scheme != std::string::npos ? scheme + 3 : 0;
    places += (places.empty() ? "" : ",") + url.substr(begin);
  }
  return places;
}

core::Result<NatsOptions> nats_options(const config::Nats& settings, const std::string& name) {
  natsOptions* made = nullptr;
  natsStatus status = natsOptions_Create(&made);
  NatsOptions options(made);
  if (status == NATS_OK) status = set_manners(made);
  if (status == NATS_OK) status = natsOptions_SetName(made, name.c_str());
  if (status != NATS_OK) return core::failure(core::ErrorCode::internal, "libnats: " + reason(status));
  const std::vector<std::string> urls = split(settings.url);
  std::vector<const char*> pointers;
  bool secure = false;
  for (const std::string& url : urls) {
    pointers.push_back(url.c_str());
    secure = secure || url.starts_with("tls://");
  }
  status = natsOptions_SetServers(made, pointers.data(), static_cast<int>(pointers.size()));
  if (status != NATS_OK) return unusable("cluster.nats.url", reason(status));
  if (secure && natsOptions_SetSecure(made, true) != NATS_OK) return unusable("cluster.nats.url", "libnats has no TLS");
  for (const auto& [key, path] :
       {std::pair{"cluster.nats.credentials", &settings.credentials}, std::pair{"cluster.nats.ca", &settings.ca}}) {
    if (const std::string why = path->empty() ? "" : why_unreadable(*path); !why.empty()) {
      return unusable(std::string(key) + ": " + *path, why);
    }
  }
  if (!settings.ca.empty()) {
    status = natsOptions_LoadCATrustedCertificates(made, settings.ca.c_str());
    if (status != NATS_OK) return unusable("cluster.nats.ca: " + settings.ca, reason(status));
  }
  if (!settings.credentials.empty()) {
    status = natsOptions_SetUserCredentialsFromFiles(made, settings.credentials.c_str(), nullptr);
    if (status != NATS_OK) return unusable("cluster.nats.credentials: " + settings.credentials, reason(status));
  }
  return options;
}

core::Result<std::unique_ptr<NatsConnection>> NatsConnection::connect(natsOptions& options, const std::string& prefix,
                                                                      NatsLink& link) {
  natsConnection* made = nullptr;
  natsStatus status = set_callbacks(&options, &link);
  if (status == NATS_OK) {
    link.on_connected();  // before libnats can say that it is lost again
    status = natsConnection_Connect(&made, &options);
  }
  if (status != NATS_OK) return core::failure(core::ErrorCode::unavailable, reason(status));
  std::unique_ptr<NatsConnection> connection(new NatsConnection(made, prefix, link));
  // One subscription, so that what a node announces stays in order.
  status = natsConnection_SubscribeSync(&connection->subscription_, made, (prefix + ".*").c_str());
  if (status == NATS_OK) {
    status = natsSubscription_SetPendingLimits(connection->subscription_, kPendingMessages, kPendingBytes);
  }
  if (status != NATS_OK) return core::failure(core::ErrorCode::unavailable, reason(status));
  return connection;
}

NatsConnection::~NatsConnection() {
  close();
  natsSubscription_Destroy(subscription_);
  natsConnection_Destroy(connection_);
}

std::size_t NatsConnection::most() const {
  const std::int64_t most = natsConnection_GetMaxPayload(connection_);
  return most > 0 ? static_cast<std::size_t>(most) : kDefaultPayload;
}

NatsConnection::Sent NatsConnection::send(char kind, const std::string& payload) {
  const std::string subject = prefix_ + '.' + kind;
  const natsStatus status =
      natsConnection_Publish(connection_, subject.c_str(), payload.data(), static_cast<int>(payload.size()));
  if (status == NATS_OK) return Sent::sent;
  return status == NATS_INSUFFICIENT_BUFFER || status == NATS_MAX_PAYLOAD ? Sent::full : Sent::stuck;
}

std::string NatsConnection::refusal() const {
  const char* text = nullptr;
  const natsStatus status = natsConnection_GetLastError(connection_, &text);
  return status == NATS_NOT_PERMITTED ? reason(status, text) : "";
}

bool NatsConnection::flush(std::chrono::milliseconds time) {
  return time.count() > 0 && natsConnection_FlushTimeout(connection_, time.count()) == NATS_OK;
}

std::optional<core::Bytes> NatsConnection::receive() {
  for (;;) {
    natsMsg* message = nullptr;
    const natsStatus status = natsSubscription_NextMsg(&message, subscription_, kReceiveMilliseconds);
    if (status == NATS_OK) {
      const std::string_view data(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
      core::Bytes payload = core::Bytes::copy(data);
      natsMsg_Destroy(message);
      return payload;
    }
    // Reported once more when the pending messages have been taken: what arrived meanwhile is lost, too.
    if (status == NATS_SLOW_CONSUMER) {
      link_.on_slow();
    } else if (status != NATS_TIMEOUT) {
      if (!natsConnection_IsClosed(connection_)) link_.on_refused("cannot receive: " + reason(status));
      return std::nullopt;
    }
  }
}

void NatsConnection::close() {
  if (std::exchange(closed_, true)) return;
  natsConnection_Close(connection_);
  link_.wait_closed();
}

}  // namespace push::cluster
