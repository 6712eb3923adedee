#include "store/lost_answers.hpp"

#include <chrono>
#include <latch>
#include <mutex>
#include <utility>

#include "push/core/await.hpp"
#include "push/core/clock.hpp"
#include "support/await.hpp"

namespace push::store {
namespace {

using core::ErrorCode;

NewMessage message(core::ApplicationId application, std::string text) {
  NewMessage made;
  made.application = application;
  made.message = std::move(text);
  made.date = core::WallTime(std::chrono::floor<std::chrono::microseconds>(core::wall_now()));
  return made;
}

NewMessage keyed(core::ApplicationId application, const std::string& key, std::string text) {
  NewMessage made = message(application, std::move(text));
  made.idempotency = IdempotencyKey{{std::hash<std::string>()(key), 1}, {2, 3}};
  return made;
}

std::string told(const core::Result<StoredMessage>& answer) {
  if (!answer) return "\"" + answer.error().text + "\"";
  return std::to_string(core::value(answer->id)) + (answer->replayed ? " again" : "");
}

}  // namespace

LostAnswers::LostAnswers(Bench bench) : bench_(std::move(bench)), psql_(bench_.database) {}

void LostAnswers::expect(bool holds, const std::string& what) {
  if (!holds) faults_.push_back(what);
}

std::string LostAnswers::value(const std::string& sql) {
  const auto rows = psql_.run(sql);
  return rows.empty() ? "nothing" : rows.front();
}

void LostAnswers::each(Trial trial, Way way, std::size_t step) {
  for (std::size_t after = 0; (this->*trial)(way, after); after += step) ++counts_.cuts;
}

void LostAnswers::messages(Way way, std::size_t step) {
  append_together({keyed(bench_.first, "known", "known")});
  each(&LostAnswers::cut_messages, way, step);
}

void LostAnswers::change_by_rules(Way way, std::size_t step) {
  each(&LostAnswers::cut_change_by_rules, way, step);
}

void LostAnswers::blind_changes(Way way, std::size_t step) {
  each(&LostAnswers::cut_blind_changes, way, step);
}

// All in one batch: they are queued while the writer answers another one.
LostAnswers::Answers LostAnswers::append_together(std::vector<NewMessage> messages) {
  Answers answers;
  std::latch done(static_cast<std::ptrdiff_t>(messages.size()));
  const auto append_all = [&](const core::Result<StoredMessage>&) {
    for (NewMessage& one : messages) {
      const std::string text = one.message;
      const auto queued = bench_.store.append(std::move(one), [&, text](core::Result<StoredMessage> stored) {
        expect(answers.emplace(text, std::move(stored)).second, text + " answered twice");
        done.count_down();
      });
      if (!queued) done.count_down();
    }
  };
  if (!bench_.store.append(message(bench_.first, "primer"), append_all)) return answers;
  done.wait();
  return answers;
}

bool LostAnswers::cut_messages(Way way, std::size_t after) {
  static int number = 0;
  const std::string label = "cut " + std::to_string(++number) + (way == Way::to_server ? " >" : " <");
  bench_.proxy.arm({label, way, after});
  std::vector<NewMessage> all;
  all.push_back(message(bench_.first, label + "a"));
  all.push_back(message(bench_.missing, label + "missing"));
  all.push_back(message(bench_.second, label + "b"));
  all.push_back(keyed(bench_.first, label, label + "c"));
  all.push_back(keyed(bench_.first, "known", "known"));
  all.push_back(message(bench_.first, label + "d"));
  const Answers answers = append_together(std::move(all));
  const bool cut = bench_.proxy.has_cut();
  check_messages(label + " at " + std::to_string(after), answers);
  check_key(label, answers);
  if (cut) ++(answers.at(label + "a") ? counts_.stored : counts_.refused);
  return cut;
}

void LostAnswers::check_messages(const std::string& label, const Answers& answers) {
  const std::string batch = label.substr(0, label.find(" at "));
  const bool stored = answers.at(batch + "a").has_value();
  for (const auto& [text, answer] : answers) {
    if (text == batch + "missing") {
      expect(!answer && answer.error().code == (stored ? ErrorCode::not_found : ErrorCode::unavailable),
             label + ": the missing application got " + told(answer));
    } else {
      expect(answer.has_value() == stored, label + ": of one batch " + text + " got " + told(answer));
      expect(answer || answer.error().code == ErrorCode::unavailable, label + ": " + text + " got " + told(answer));
    }
    if (text == "known") continue;
    const std::string id = value("SELECT string_agg(id::text, ' and ') FROM messages WHERE message = '" + text + "'");
    expect(id == (answer ? told(answer) : "null"),
           label + ": " + text + " answered " + told(answer) + ", stored as " + id);
  }
  if (!stored) return;
  expect(answers.at("known") && answers.at("known")->replayed, label + ": the known key was stored again");
  for (const char* const part : {"a", "b", "c", "d"}) {
    if (!answers.at(batch + part)) continue;
    const std::uint64_t id = core::value(answers.at(batch + part)->id);
    expect(id > last_id_, label + ": ids do not rise");
    last_id_ = id;
  }
}

// Whoever got no answer sends it again.
void LostAnswers::check_key(const std::string& label, const Answers& answers) {
  const auto& before = answers.at(label + "c");
  const Answers again = append_together({keyed(bench_.first, label, label + "c")});
  const auto& after = again.at(label + "c");
  expect(after && after->replayed == before.has_value() && (!before || after->id == before->id),
         label + ": first " + told(before) + ", then " + told(after));
  if (after) last_id_ = std::max(last_id_, core::value(after->id));
  expect(value("SELECT count(*) FROM messages WHERE message = '" + label + "c'") == "1",
         label + ": the key did not hold");
}

bool LostAnswers::cut_change_by_rules(Way way, std::size_t after) {
  static int number = 0;
  const std::string token = "rule" + std::to_string(++number);
  bench_.proxy.arm({"'" + token + "'", way, after});
  const auto created = test::await(bench_.store, &Store::create_client, NewClient{bench_.user, token, "name", 0});
  const bool cut = bench_.proxy.has_cut();
  const std::string label = "client " + token + " at " + std::to_string(after);
  expect(created || created.error().code == ErrorCode::unavailable,
         label + ": " + (created ? "" : created.error().text));
  const std::string id = value("SELECT string_agg(id::text, ' and ') FROM clients WHERE token = '" + token + "'");
  expect(id == (created ? std::to_string(core::value(created->id)) : "null"), label + ": stored as " + id);
  const std::string noted =
      value("SELECT count(*) FROM sharded_gotify_events WHERE kind = 'client_added' AND client_id = " +
            (created ? id : "-1"));
  expect(noted == (created ? "1" : "0"), label + ": events " + noted);
  if (cut) ++(created ? counts_.stored : counts_.refused);
  return cut;
}

bool LostAnswers::cut_blind_changes(Way way, std::size_t after) {
  static int number = 0;
  const std::string label = "blind " + std::to_string(++number) + (way == Way::to_server ? " >" : " <");
  const Answers made =
      append_together({message(bench_.first, label + "deleted"), message(bench_.first, label + "read")});
  if (!made.at(label + "deleted") || !made.at(label + "read")) return true;  // the connection has just been cut: again
  const core::MessageId deleted = made.at(label + "deleted")->id;
  const core::MessageId read = made.at(label + "read")->id;
  const std::string read_id = std::to_string(core::value(read));
  bench_.proxy.arm({"'{" + read_id + "}'::bigint[]", way, after});
  std::latch done(2);
  core::Result<void> delete_answer;
  core::Result<void> read_answer;
  const auto change_both = [&](const core::Result<StoredMessage>&) {
    bench_.store.delete_message(bench_.user, deleted, [&](core::Result<void> answer) {
      delete_answer = std::move(answer);
      done.count_down();
    });
    bench_.store.mark_read(bench_.user, {read}, [&](core::Result<void> answer) {
      read_answer = std::move(answer);
      done.count_down();
    });
  };
  if (!bench_.store.append(message(bench_.first, "primer"), change_both)) return false;
  done.wait();
  const bool cut = bench_.proxy.has_cut();
  const std::string at = label + " at " + std::to_string(after);
  expect(delete_answer.has_value() == read_answer.has_value(), at + ": of one transaction one change is stored");
  expect(delete_answer || delete_answer.error().code == ErrorCode::unavailable,
         at + ": " + (delete_answer ? "" : delete_answer.error().text));
  const std::string left = value("SELECT count(*) FROM messages WHERE message = '" + label + "deleted'");
  expect(left == (delete_answer ? "0" : "1"), at + ": messages left " + left);
  const std::string marked = value("SELECT count(*) FROM sharded_gotify_read WHERE message_id = " + read_id);
  expect(marked == (read_answer ? "1" : "0"), at + ": marks " + marked);
  check_events(at);
  if (cut) ++(delete_answer ? counts_.stored : counts_.refused);
  return cut;
}

void LostAnswers::check_events(const std::string& label) {
  const auto logged = psql_.run("SELECT id FROM sharded_gotify_events WHERE number IS NOT NULL ORDER BY id");
  const auto heard = bench_.heard();
  expect(heard == logged, label + ": " + std::to_string(logged.size()) + " events logged, " +
                              std::to_string(heard.size()) + " announced");
}

}  // namespace push::store
