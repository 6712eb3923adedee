// How a stream receives what it missed, see net/resume.hpp.
#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "net/connection_table.hpp"
#include "net/response_text.hpp"
#include "net/send.hpp"

namespace push::net {
namespace {

using State = Resume::State;

constexpr unsigned kNoContent = 204;

// Ends with a line feed, as every answer of a poll does.
std::string poll_body(std::span<const stream::Message> messages) {
  std::string out = "{\"messages\":[";
  for (const stream::Message& message : messages) (out += message.json()) += ',';
  out.back() = ']';
  return out + ",\"cursor\":" + std::to_string(core::value(messages.back().id())) + ",\"complete\":true}\n";
}

void advance(stream::Cursor& cursor, const stream::Message& sent) {
  if (sent.kind() == stream::Message::Kind::message) cursor.message = sent.id();
  if (sent.kind() == stream::Message::Kind::event) cursor.event = sent.at().event;
}

bool is_relayed(const stream::Cursor& cursor, const stream::Cursor& relayed) {
  return relayed.message >= cursor.message && (!cursor.wants_events() || relayed.event >= cursor.event);
}

}  // namespace

void ConnectionTable::begin_resume(std::uint32_t slot, const stream::Cursor& since, std::unique_ptr<Poll> poll) {
  Backlog& backlog = borrow(slot);
  backlog.resume = std::make_unique<Resume>();
  backlog.resume->sent = since;
  if (poll != nullptr) poll->deadline = static_cast<std::uint16_t>(poll->deadline + now_);
  backlog.resume->poll = std::move(poll);
  if (replays_.is_current(user_of(slot), since)) return join(slot);
  ask(slot);
}

void ConnectionTable::ask(std::uint32_t slot) {
  Resume& resume = *resume_of(connections_[slot]);
  resume.state = State::reading;
  replays_.read(event_key(slot, connections_[slot]), user_of(slot), resume.sent);
}

void ConnectionTable::resume(std::uint64_t connection, core::Result<stream::Page> page) {
  const auto slot = static_cast<std::uint32_t>(connection);
  if (connections_[slot].descriptor < 0 || event_key(slot, connections_[slot]) != connection) return;
  Resume* resume = resume_of(connections_[slot]);
  if (resume == nullptr || resume->state == State::over) return;
  if (!page) return close(slot, CloseReason::resume_failed);
  ++resume->rounds;
  resume->since = now_;
  if (resume->poll != nullptr && !page->messages.empty()) return answer_poll(slot, page->messages);
  if (!send_page(slot, std::move(page->messages))) return;
  resume->sent.advance(page->upto);
  if (!page->last || !resume->sent.reaches(resume->passed)) return ask(slot);
  join(slot);
}

bool ConnectionTable::send_page(std::uint32_t slot, std::vector<stream::Message> messages) {
  const Connection& connection = connections_[slot];
  while (!messages.empty()) {
    page_.fill(messages);
    const std::string_view bytes = page_.joined(kind_of(connection).encoding);
    const ssize_t sent = is_behind(connection) ? 0 : send_now(connection.descriptor, bytes);
    if (sent < 0 && !would_block()) {
      close(slot, CloseReason::write_error);
      return false;
    }
    if (sent != static_cast<ssize_t>(bytes.size())) {
      keep_cut(slot, sent < 0 ? 0 : static_cast<std::size_t>(sent));
      return false;
    }
    for (const stream::Message& one : page_.messages()) advance(resume_of(connection)->sent, one);
  }
  return true;
}

// Only a message that was cut is kept: a reader that takes nothing must not hold pages.
void ConnectionTable::keep_cut(std::uint32_t slot, std::size_t sent) {
  Backlog& backlog = backlogs_[connections_[slot].backlog];
  const stream::Encoding encoding = kind_of(connections_[slot]).encoding;
  for (const stream::Message& message : page_.messages()) {
    const std::size_t size = message.encoded(encoding).size();
    if (sent == 0) break;
    if (sent < size) backlog.outbox.push(message, sent, limits_);
    advance(backlog.resume->sent, message);
    sent -= std::min(sent, size);
  }
  page_.clear();
  backlog.resume->state = State::full;
  watch(slot, true);
}

void ConnectionTable::pass_by(std::uint32_t slot, std::span<const stream::Message> messages) {
  Resume& resume = *resume_of(connections_[slot]);
  if (resume.state == State::over) return;
  if (resume.state == State::joined) return deliver_unsent(slot, messages);
  for (const stream::Message& message : messages) {
    if (message.is_behind(resume.sent)) continue;
    if (resume.rounds < Resume::kRounds && message.kind() != stream::Message::Kind::notice)
      advance(resume.passed, message);
    else
      resume.held.push_back(message);
  }
  if (resume.held.size() > limits_.frames) close(slot, CloseReason::slow_consumer);
}

void ConnectionTable::deliver_unsent(std::uint32_t slot, std::span<const stream::Message> messages) {
  const Resume& resume = *resume_of(connections_[slot]);
  std::vector<stream::Message> unsent;
  std::copy_if(messages.begin(), messages.end(), std::back_inserter(unsent),
               [&resume](const stream::Message& one) { return !one.is_behind(resume.sent); });
  if (unsent.empty()) return;
  if (resume.poll != nullptr) return answer_poll(slot, unsent);
  while (!unsent.empty() && connections_[slot].descriptor >= 0) {
    page_.fill(unsent);
    deliver(slot, page_);
  }
  page_.clear();
}

void ConnectionTable::join(std::uint32_t slot) {
  Resume& resume = *resume_of(connections_[slot]);
  resume.state = State::joined;
  resume.since = now_;
  deliver_unsent(slot, std::exchange(resume.held, {}));
}

void ConnectionTable::end_resume(std::uint32_t slot) {
  backlogs_[connections_[slot].backlog].resume.reset();
  give_back_if_idle(slot);
}

bool ConnectionTable::check_resume(std::uint32_t slot) {
  const Resume& resume = *resume_of(connections_[slot]);
  if (resume.poll != nullptr && resume.state != State::over) {
    if (static_cast<std::int16_t>(now_ - resume.poll->deadline) < 0) return true;
    answer_poll(slot, {});
    return false;
  }
  const unsigned age = static_cast<std::uint16_t>(now_ - resume.since);
  const bool waits_for_reader = resume.state == State::full || resume.state == State::over;
  if (waits_for_reader && age > Resume::kPatience) {
    close(slot, CloseReason::slow_consumer);
    return false;
  }
  const bool settled = age >= Resume::kSettling && !roster_.entry(connections_[slot].user).busy;
  if (resume.state == State::joined && settled && is_relayed(resume.sent, replays_.relayed())) end_resume(slot);
  return true;
}

// The answer is a value as messages are, so that the outbox keeps what the socket does not take.
void ConnectionTable::answer_poll(std::uint32_t slot, std::span<const stream::Message> messages) {
  Backlog& backlog = backlogs_[connections_[slot].backlog];
  Response& answer = backlog.resume->poll->answer;
  std::string body;
  if (messages.empty()) {
    answer.status = kNoContent;
    answer.content_type.clear();
  } else {
    body = poll_body(messages);
    answer.body.view = body;
  }
  std::string text;
  append_head(text, answer, {.close = true});
  text += body;
  backlog.resume->state = State::over;
  backlog.resume->since = now_;
  const ssize_t sent = is_behind(connections_[slot]) ? 0 : send_now(connections_[slot].descriptor, text);
  if (sent == static_cast<ssize_t>(text.size())) return end(slot, {CloseReason::answered});
  if (sent < 0 && !would_block()) return close(slot, CloseReason::write_error);
  text.pop_back();  // an encoded line ends with one again
  const stream::Message value({}, {}, {}, text);
  backlog.outbox.push(value, sent < 0 ? 0 : static_cast<std::size_t>(sent), limits_);
  watch(slot, true);
}

}  // namespace push::net
