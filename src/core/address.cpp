#include "push/core/address.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <memory>

#include "push/core/text.hpp"

namespace push::core {
namespace {

namespace ip = boost::asio::ip;
using boost::system::error_code;

constexpr std::uint16_t kMappedBits = 96;

// As IPv6; none if it is neither.
std::optional<ip::address_v6> read(const std::string& text) {
  // A zone is meaningful on one host only; Asio would stop reading at a NUL.
  if (text.find_first_of(std::string_view("%\0", 2)) != std::string::npos) return std::nullopt;
  error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error) return std::nullopt;
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

// RFC 3986 3.2.2: reg-name, which an IPv4 address is, too.
constexpr auto kOfHost = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_of_host(char c) {
  return kOfHost[static_cast<unsigned char>(c)];
}

}  // namespace

bool is_authority(std::string_view text) {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    for (const char c : text.substr(1, end - 1)) {
      if (!is_of_host(c) && c != ':') return false;
    }
    ++end;
  } else {
    while (end < text.size() && is_of_host(text[end])) ++end;
    if (end == 0) return false;
  }
  if (end == text.size()) return true;
  if (text[end] != ':') return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(end) + 1, text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Address> Address::parse(std::string_view text) {
  const auto address = read(std::string(text));
  if (!address) return std::nullopt;
  Address out;
  out.bytes_ = address->to_bytes();
  return out;
}

bool Address::is_v4() const {
  return ip::address_v6(bytes_).is_v4_mapped();
}

bool Address::is_loopback() const {
  const ip::address_v6 six(bytes_);
  return six.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, six).is_loopback() : six.is_loopback();
}

bool Address::is_private() const {
  static const std::array kPrivate = {*Network::parse("10.0.0.0/8"),     *Network::parse("172.16.0.0/12"),
                                      *Network::parse("192.168.0.0/16"), *Network::parse("169.254.0.0/16"),
                                      *Network::parse("100.64.0.0/10"),  *Network::parse("fc00::/7"),
                                      *Network::parse("fe80::/10")};
  return std::any_of(kPrivate.begin(), kPrivate.end(),
                     [this](const Network& network) { return network.contains(*this); });
}

std::string Address::site() const {
  const std::string bytes(bytes_.begin(), bytes_.end());
  return is_v4() ? bytes.substr(12) : bytes.substr(0, 8);
}

std::string Address::text() const {
  const ip::address_v6 six(bytes_);
  return six.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, six).to_string() : six.to_string();
}

Result<std::string> resolve_host(const std::string& name) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name.c_str(), nullptr, &wanted, &found); error != 0) {
    // RFC 6761 6.3: it is the loopback, even where no /etc/hosts says so.
    if (same_ignoring_case(name, "localhost")) return std::string("127.0.0.1");
    return failure(ErrorCode::unavailable, name + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
  if (found == nullptr) return failure(ErrorCode::unavailable, name + ": no address");
  const addrinfo* best = found;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET && best->ai_family != AF_INET) best = one;
  }
  std::array<char, NI_MAXHOST> text{};
  if (const int error =
          ::getnameinfo(best->ai_addr, best->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
      error != 0) {
    return failure(ErrorCode::unavailable, name + ": " + ::gai_strerror(error));
  }
  return std::string(text.data());
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network out;
  out.address_ = *address;
  if (slash == std::string_view::npos) return out;
  const std::string_view digits = text.substr(slash + 1);
  const bool four = text.find(':') == std::string_view::npos;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix_);
  if (error != std::errc() || end != digits.data() + digits.size() || out.prefix_ > (four ? 32 : 128)) {
    return std::nullopt;
  }
  if (four) out.prefix_ = static_cast<std::uint16_t>(out.prefix_ + kMappedBits);
  return out;
}

bool Network::contains(const Address& address) const {
  if (address.is_v4() && prefix_ < kMappedBits) return false;
  const auto network = [this](const Address& one) {
    return ip::network_v6(ip::address_v6(one.bytes_), prefix_).network();
  };
  return network(address) == network(address_);
}

}  // namespace push::core
