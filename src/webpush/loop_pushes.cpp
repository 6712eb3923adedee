// The sender's thread: pushes that start, and what becomes of them.
#include <algorithm>
#include <string_view>
#include <utility>

#include "push/auth/base64.hpp"
#include "push/core/log.hpp"
#include "push/core/random.hpp"
#include "push/model/json.hpp"
#include "webpush/encryption.hpp"
#include "webpush/loop.hpp"

namespace push::webpush {

using core::Result;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds kFresh{1};  // a subscription that was read longer ago is read again before a push
constexpr std::chrono::hours kLongestWait{6};

// What a push service says, as one line of the log or of an answer.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 0x20 && c < 0x7f && c != '"' ? c : ' ';
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string why_of(const std::string& host, const Outcome& outcome) {
  const std::string said = one_line(outcome.error);
  if (outcome.status == 0) return host + " cannot be reached: " + said;
  if (outcome.gone()) return "the browser has unsubscribed; subscribe again";
  return host + " answered " + std::to_string(outcome.status) + (said.empty() ? "" : ": " + said);
}

std::string test_payload() {
  std::string out =
      R"({"id":0,"appid":0,"message":"Pushes arrive on this device.","title":"Test","priority":5,"date":")";
  core::append_rfc3339(out, core::wall_now());
  return out + R"(","test":true})";
}

}  // namespace

Result<void> Sender::Loop::test(const store::WebPushSubscription& subscription, Done done) {
  const auto wait = tests_allowed_.admit(std::to_string(core::value(subscription.client)), core::steady_now());
  if (wait) {
    const auto seconds = std::max(std::chrono::ceil<std::chrono::seconds>(*wait), std::chrono::seconds(1));
    return core::throttled(seconds, "too many test pushes to this device, at most six a minute");
  }
  {
    const core::Lock lock(mutex_);
    if (stopped_) return core::failure(core::ErrorCode::unavailable, "the server is stopping");
    if (tests_.size() >= settings_.limits.tests) {
      return core::failure(core::ErrorCode::unavailable, "too many test pushes wait, try again later");
    }
    tests_.push_back({subscription, std::move(done)});
  }
  transfers_.wake();
  return {};
}

void Sender::Loop::start_tests() {
  std::vector<Test> tests;
  {
    const core::Lock lock(mutex_);
    tests = std::exchange(tests_, {});
  }
  for (Test& test : tests) {
    if (!vapid_) {
      if (auto renewed = renew_keys(); !renewed) {
        test.done(renewed.error());
        continue;
      }
    }
    Flight flight;
    flight.subscription = test.subscription;
    flight.tested = std::move(test.done);
    if (auto sent = send(test.subscription, test_payload(), "high", std::move(flight)); !sent) {
      spdlog::error("cannot send a test push error=\"{}\"", sent.error().text);
    }
  }
}

// Takes the flight, and answers a test that cannot start.
Result<std::uint64_t> Sender::Loop::send(const store::WebPushSubscription& to, const std::string& payload,
                                         const char* urgency, Flight flight) {
  const auto failed = [&flight](const core::Error& error) {
    if (flight.tested) flight.tested(Tested{false, error.text});
    return error;
  };
  const auto allowed = settings_.endpoints.check(to.endpoint);
  if (!allowed) return failed(allowed.error());
  const auto p256dh = auth::decode_base64_url(to.p256dh);
  const auto secret = auth::decode_base64_url(to.auth);
  auto body = encrypt(payload, p256dh ? *p256dh : "", secret ? *secret : "");
  if (!body) return failed(body.error());
  auto authorization = vapid_->header(allowed->origin, core::wall_now());
  if (!authorization) return failed(authorization.error());
  flight.host = allowed->host;
  flight.origin = allowed->origin;
  flight.begun = core::steady_now();
  ++to_service_[flight.origin];
  const std::uint64_t id = ++last_flight_;
  flights_.emplace(id, std::move(flight));
  transfers_.start(id, {to.endpoint, *std::move(authorization), urgency, *std::move(body), allowed->any_address});
  return id;
}

void Sender::Loop::launch() {
  if (!vapid_) return;
  for (std::size_t turns = backlog_.ready(); turns > 0 && flights_.size() < settings_.limits.parallel; --turns) {
    std::string endpoint = backlog_.take_ready();
    if (!launch(endpoint)) backlog_.put_back(std::move(endpoint));
  }
}

// False: not now.
bool Sender::Loop::launch(const std::string& endpoint) {
  Line& line = *backlog_.find(endpoint);
  const auto allowed = settings_.endpoints.check(endpoint);
  if (allowed) {
    const auto busy = to_service_.find(allowed->origin);
    if (busy != to_service_.end() && busy->second >= settings_.limits.per_service) return false;
  }
  if (failing_) return false;
  if (core::steady_now() - line.known_at > kFresh && !still_subscribed(line)) return true;
  const Job job = line.jobs.front();
  Flight flight;
  flight.subscription = line.target.subscription;
  flight.message = job.message;
  line.busy = true;
  const auto sent = send(line.target.subscription, *job.payload, job.urgency, std::move(flight));
  if (sent) return true;
  // It cannot be sent, today or later: its service is no longer allowed, or its keys are none.
  spdlog::warn("push not sent client={} error=\"{}\"", core::value(line.target.subscription.client), sent.error().text);
  meters_.refused.add(line.jobs.size());
  backlog_.drop(endpoint);
  return true;
}

// What waited for some time may have been unsubscribed, or muted: its pushes are dropped then. After an error of the
// database it stays.
bool Sender::Loop::still_subscribed(Line& line) {
  const std::string endpoint = line.target.subscription.endpoint;
  const auto targets = tables_.targets_of(line.target.subscription.user);
  if (!targets) return true;
  const auto now = std::find_if(targets->begin(), targets->end(), [&](const store::WebPushTarget& target) {
    return target.subscription.endpoint == endpoint;
  });
  const auto& muted = now == targets->end() ? std::nullopt : now->subscription.muted_until;
  if (now == targets->end() || (muted && core::wall_now() < *muted)) {
    backlog_.drop(endpoint);
    return false;
  }
  line.target.subscription = now->subscription;
  line.known_at = core::steady_now();
  return true;
}

void Sender::Loop::land(const Outcome& outcome) {
  const auto found = flights_.find(outcome.id);
  if (found == flights_.end()) return;
  Flight flight = std::move(found->second);
  flights_.erase(found);
  if (const auto busy = to_service_.find(flight.origin); --busy->second == 0) to_service_.erase(busy);
  const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - flight.begun);
  meters_.seconds.record(static_cast<std::uint64_t>(taken.count()));
  finish(flight, outcome);
}

void Sender::Loop::finish(Flight& flight, const Outcome& outcome) {
  if (flight.tested) return answer(flight, outcome);
  const std::string& endpoint = flight.subscription.endpoint;
  // Empty: the lease has gone, and another node sends this one.
  Line* const line = backlog_.find(endpoint);
  if (line == nullptr || !line->busy || line->jobs.front().message != flight.message) return;
  if (auto settled = settle(flight, outcome); !settled) {
    // Not noted, so it is sent again.
    note(settled);
    line->busy = false;
    backlog_.put_back(endpoint);
  }
}

Result<void> Sender::Loop::settle(Flight& flight, const Outcome& outcome) {
  const std::string endpoint = flight.subscription.endpoint;
  if (outcome.delayed()) {
    spdlog::info("push delayed service={} client={} reason=\"{}\"", flight.host,
                 core::value(flight.subscription.client), why_of(flight.host, outcome));
    return delay(flight, outcome.retry_after);
  }
  if (outcome.gone()) {
    if (auto removed = tables_.remove(flight.subscription); !removed) return removed;
    spdlog::info("push subscription removed service={} client={} status={}", flight.host,
                 core::value(flight.subscription.client), outcome.status);
    meters_.gone.add();
    backlog_.drop(endpoint);
    return {};
  }
  if (outcome.accepted()) {
    meters_.accepted.add();
  } else {
    meters_.refused.add();
    spdlog::warn("push refused service={} client={} reason=\"{}\"", flight.host,
                 core::value(flight.subscription.client), why_of(flight.host, outcome));
  }
  store::WebPushTarget target = backlog_.find(endpoint)->target;
  backlog_.finish_first(endpoint);
  if (!target.delay) return {};
  target.delay->sent = flight.message;
  target.delay->tries = 0;
  // If the database does not take that, it still has the delay, and what was accepted goes out once more.
  note(resume(std::move(target), true));
  return {};
}

Result<void> Sender::Loop::delay(const Flight& flight, std::chrono::seconds retry_after) {
  const Line& line = *backlog_.find(flight.subscription.endpoint);
  const std::uint64_t tries = line.target.delay ? line.target.delay->tries : 0;
  milliseconds wait = settings_.limits.first_retry * (std::int64_t{1} << std::min<std::uint64_t>(tries, 20));
  wait = std::min(wait, settings_.limits.last_retry);
  wait = std::max(wait, milliseconds(std::min(retry_after, std::chrono::seconds(kLongestWait))));
  // Up to a fifth more, so that not all come back at once.
  wait += wait * static_cast<unsigned char>(core::random_bytes(1)[0]) / (5 * 256);
  const store::WebPushDelay until{core::MessageId{core::value(flight.message) - 1}, core::wall_now() + wait, tries + 1};
  if (auto noted = tables_.set_delay(line.target.subscription, until); !noted) return noted;
  meters_.delayed.add();
  backlog_.drop(flight.subscription.endpoint);
  return {};
}

void Sender::Loop::answer(Flight& flight, const Outcome& outcome) {
  if (outcome.gone()) note(tables_.remove(flight.subscription));
  flight.tested(outcome.accepted() ? Tested{true, ""} : Tested{false, why_of(flight.host, outcome)});
}

}  // namespace push::webpush
