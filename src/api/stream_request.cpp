#include "api/stream_request.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "api/target.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::api {
namespace {

using stream::Transport;

constexpr std::string_view kLatest = "latest";
constexpr unsigned kTimeout = 30;  // seconds; most proxies wait for 60
constexpr unsigned kMaxTimeout = 300;
constexpr std::size_t kMaxEpoch = 64;  // bytes; ours have 12, and some hundred that were asked for are remembered

core::Error invalid(std::string text) {
  return core::failure(core::ErrorCode::invalid, std::move(text));
}

// Whether a list of media ranges names this one, whatever its parameters (RFC 9110 12.5.1).
bool accepts(std::string_view list, std::string_view type) {
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view range = list.substr(0, comma);
    if (core::same_ignoring_case(core::trim_blanks(range.substr(0, range.find(';'))), type)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

// The one of this name, unless it takes an upgrade.
std::optional<Transport> plain_transport(std::string_view named) {
  for (const Transport transport : {Transport::sse, Transport::ndjson, Transport::poll}) {
    if (named == name(transport)) return transport;
  }
  return std::nullopt;
}

core::Result<Transport> transport_of(const StreamFields& fields) {
  const auto wanted = query_value(fields.query, "transport");
  const auto named = wanted ? plain_transport(*wanted) : std::nullopt;
  if (wanted && !named) return invalid("transport: unknown: " + go::quote(*wanted) + ", not sse, ndjson or poll");
  if (!fields.upgrade.empty() && wanted)
    return invalid("transport: " + *wanted + " does not go with an Upgrade header");
  if (!fields.upgrade.empty() || fields.method != "GET") return Transport::websocket;
  if (named) return *named;
  if (accepts(fields.accept, "text/event-stream")) return Transport::sse;
  if (accepts(fields.accept, "application/x-ndjson")) return Transport::ndjson;
  return Transport::websocket;
}

// Greater numbers than ids can be are numbers all the same: above everything.
std::optional<std::uint64_t> number_of(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return {};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // The greatest of all stands for "no events".
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() - 1;
  return error == std::errc::result_out_of_range ? kMost : std::min(number, kMost);
}

// "120" or "latest"; with events also "120-45", how far a stream of Server-Sent Events has come.
core::Result<void> read_cursor(std::string_view name, std::string_view text, StreamRequest& request) {
  const std::size_t dash = request.events ? text.find('-') : std::string_view::npos;
  const std::string_view message = text.substr(0, dash);
  if (message != kLatest) {
    const auto id = number_of(message);
    if (!id) return invalid(std::string(name) + ": not the id of a message: " + go::quote(text));
    request.seen = core::MessageId{*id};
  }
  if (dash == std::string_view::npos) return {};
  const auto event = number_of(text.substr(dash + 1));
  if (!event) return invalid(std::string(name) + ": not the id of an event: " + go::quote(text));
  request.seen_event = core::EventId{*event};
  return {};
}

core::Result<void> read_events(const StreamFields& fields, StreamRequest& request) {
  if (const auto events = query_value(fields.query, "events")) {
    if (events != "0" && events != "1") return invalid("events: not 0 or 1: " + go::quote(*events));
    request.events = events == "1";
  }
  if (request.events && request.transport == Transport::poll) return invalid("events: a long poll has none");
  const auto since = query_value(fields.query, "since_event");
  if (!since) return {};
  if (!request.events) return invalid("since_event: needs events=1");
  const auto event = number_of(*since);
  if (!event) return invalid("since_event: not the id of an event: " + go::quote(*since));
  request.seen_event = core::EventId{*event};
  request.resumes = true;
  return {};
}

core::Result<unsigned> timeout_of(const StreamFields& fields) {
  const auto text = query_value(fields.query, "timeout");
  if (!text) return kTimeout;
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size() || seconds > kMaxTimeout) {
    return invalid("timeout: not 0 to " + std::to_string(kMaxTimeout) + " seconds: " + go::quote(*text));
  }
  return seconds;
}

}  // namespace

core::Result<StreamRequest> read_stream_request(const StreamFields& fields) {
  StreamRequest request;
  const auto transport = transport_of(fields);
  if (!transport) return transport.error();
  request.transport = *transport;
  if (request.transport == Transport::poll) {
    const auto timeout = timeout_of(fields);
    if (!timeout) return timeout.error();
    request.timeout = *timeout;
    request.resumes = true;
  }
  if (auto read = read_events(fields, request); !read) return read.error();
  // An EventSource repeats its first address whenever it comes back: only the header knows how far it came.
  const auto since = query_value(fields.query, "since_id");
  const auto last = query_value(fields.query, "last_event_id");
  if (since && last && since != last) return invalid("since_id and last_event_id differ");
  std::string_view name = since ? "since_id" : "last_event_id";
  std::optional<std::string> text = since ? since : last;
  if (!fields.last_event_id.empty()) {
    name = "Last-Event-ID";
    text = fields.last_event_id;
  }
  if (text || request.seen_event) request.epoch = query_value(fields.query, "epoch").value_or("");
  if (request.epoch.size() > kMaxEpoch) {
    return invalid("epoch: longer than " + std::to_string(kMaxEpoch) +
                   " bytes: " + go::quote(request.epoch.substr(0, kMaxEpoch)));
  }
  if (!text) return request;
  if (auto read = read_cursor(name, *text, request); !read) return read.error();
  request.resumes = true;
  return request;
}

}  // namespace push::api
