#include "webpush/transfers.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "push/core/address.hpp"
#include "push/webpush/endpoints.hpp"

namespace push::webpush {
namespace {

constexpr std::size_t kShownBody = 200;      // bytes of an answer that are kept
constexpr std::size_t kMaxBody = 64 * 1024;  // beyond that, the transfer ends
constexpr long kIdleConnections = 16;
constexpr std::string_view kTtl = "TTL: 86400";  // a day

void initialize() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::optional<core::Address> address_of(const curl_sockaddr& to) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (to.family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(&to.addr)->sin_addr;
  if (to.family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(&to.addr)->sin6_addr;
  if (bytes == nullptr || ::inet_ntop(to.family, bytes, text.data(), text.size()) == nullptr) return std::nullopt;
  return core::Address::parse(text.data());
}

}  // namespace

struct Transfers::Multi {
  CURLM* handle = curl_multi_init();
  ~Multi() { curl_multi_cleanup(handle); }
  Multi() = default;
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
};

struct Transfers::Transfer {
  Transfer(std::uint64_t i, Push p, CURLM* m) : id(i), push(std::move(p)), multi(m) {}
  ~Transfer() {
    if (handle != nullptr) {
      curl_multi_remove_handle(multi, handle);
      curl_easy_cleanup(handle);
    }
    curl_slist_free_all(headers);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  const std::uint64_t id;
  const Push push;
  CURLM* const multi;
  CURL* handle = curl_easy_init();
  curl_slist* headers = nullptr;
  std::string body;
  std::size_t received = 0;
  std::string refused_address;
  std::array<char, CURL_ERROR_SIZE> error{};

  void add_header(const std::string& line) {
    curl_slist* longer = curl_slist_append(headers, line.c_str());
    if (longer != nullptr) headers = longer;
  }

  // The address is looked at here, after the name was resolved: a name may stand for another one a moment later.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* to) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto address = address_of(*to);
    if (!address || (!transfer.push.any_address && !is_public(*address))) {
      transfer.refused_address = address ? address->text() : "of an unknown kind";
      return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t all = size * count;
    transfer.received += all;
    if (transfer.received > kMaxBody) return 0;
    transfer.body.append(bytes, std::min(all, kShownBody - transfer.body.size()));
    return all;
  }
};

Transfers::Transfers(std::string cafile, Patience patience) : cafile_(std::move(cafile)), patience_(patience) {
  initialize();
  multi_ = std::make_unique<Multi>();
  curl_multi_setopt(multi_->handle, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

Transfers::~Transfers() = default;

void Transfers::set_up(Transfer& transfer) const {
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(transfer.handle, option, value); };
  transfer.add_header("Authorization: " + transfer.push.authorization);
  transfer.add_header("Content-Type: application/octet-stream");
  transfer.add_header("Content-Encoding: aes128gcm");
  transfer.add_header(std::string(kTtl));
  transfer.add_header("Urgency: " + transfer.push.urgency);
  transfer.add_header("Expect:");
  set(CURLOPT_URL, transfer.push.url.c_str());
  set(CURLOPT_HTTPHEADER, transfer.headers);
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, transfer.push.body.data());
  set(CURLOPT_POSTFIELDSIZE, static_cast<long>(transfer.push.body.size()));
  set(CURLOPT_USERAGENT, "sharded-gotify/" PUSH_VERSION);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // nor one of the environment
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!cafile_.empty()) set(CURLOPT_CAINFO, cafile_.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience_.connect.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(patience_.whole.count()));
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_ERRORBUFFER, transfer.error.data());
  set(CURLOPT_PRIVATE, &transfer);
}

void Transfers::start(std::uint64_t id, Push push) {
  auto transfer = std::make_unique<Transfer>(id, std::move(push), multi_->handle);
  if (transfer->handle == nullptr) return failed_.push_back({id, 0, "no memory", {}});
  set_up(*transfer);
  if (curl_multi_add_handle(multi_->handle, transfer->handle) != CURLM_OK) {
    return failed_.push_back({id, 0, "libcurl cannot begin", {}});
  }
  transfers_.emplace(id, std::move(transfer));
}

Outcome Transfers::outcome_of(const Transfer& transfer, int code) const {
  Outcome outcome;
  outcome.id = transfer.id;
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer.received > kMaxBody)) {
    curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &outcome.status);
    outcome.error = transfer.body;
    curl_off_t seconds = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_RETRY_AFTER, &seconds);
    outcome.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(seconds, 0, 86400));
  } else if (!transfer.refused_address.empty()) {
    outcome.error = "its address is not one of the Internet: " + transfer.refused_address;
  } else {
    outcome.error = transfer.error[0] != '\0' ? transfer.error.data() : curl_easy_strerror(static_cast<CURLcode>(code));
  }
  return outcome;
}

std::vector<Outcome> Transfers::wait(std::chrono::milliseconds time) {
  std::vector<Outcome> finished = std::exchange(failed_, {});
  int running = 0;
  curl_multi_perform(multi_->handle, &running);
  if (finished.empty() && static_cast<std::size_t>(running) == transfers_.size()) {
    curl_multi_poll(multi_->handle, nullptr, 0, static_cast<int>(time.count()), nullptr);
    curl_multi_perform(multi_->handle, &running);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_->handle, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    finished.push_back(outcome_of(*transfer, message->data.result));
    transfers_.erase(transfer->id);
  }
  return finished;
}

void Transfers::wake() {
  curl_multi_wakeup(multi_->handle);
}

}  // namespace push::webpush
