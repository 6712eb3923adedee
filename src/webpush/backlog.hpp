// The pushes in memory: a line for each subscription, of which one push at a time is under way, so that a browser gets
// its messages in order; and which messages still have unfinished pushes. One thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "push/core/clock.hpp"
#include "push/store/webpush.hpp"

namespace push::webpush {

struct Job {
  core::MessageId message{};
  std::shared_ptr<const std::string> payload;
  const char* urgency = "normal";
  bool delayed = false;  // the database knows that it is not sent yet, so the cursor may pass it
};

struct Line {
  store::WebPushTarget target;
  std::deque<Job> jobs;
  core::SteadyTime known_at{};  // when the target was read
  bool busy = false;            // its first job is under way
};

class Backlog {
 public:
  // Appends to the subscription's line, which gets this target.
  void add(const store::WebPushTarget& target, Job job, core::SteadyTime now) {
    Line& line = lines_[target.subscription.endpoint];
    line.target = target;
    line.known_at = now;
    if (!job.delayed) ++open_[job.message];
    ++size_;
    line.jobs.push_back(std::move(job));
    if (line.jobs.size() == 1) ready_.push_back(target.subscription.endpoint);
  }
  bool has(const std::string& endpoint) const { return lines_.contains(endpoint); }
  Line* find(const std::string& endpoint) {
    const auto line = lines_.find(endpoint);
    return line == lines_.end() ? nullptr : &line->second;
  }

  // ---- lines whose first job may start, in turn
  std::size_t ready() const { return ready_.size(); }
  std::string take_ready() {
    std::string endpoint = std::move(ready_.front());
    ready_.pop_front();
    return endpoint;
  }
  void put_back(std::string endpoint) { ready_.push_back(std::move(endpoint)); }

  // The line's first job is finished. The line goes with its last job.
  void finish_first(const std::string& endpoint) {
    const auto line = lines_.find(endpoint);
    close(line->second.jobs.front());
    line->second.jobs.pop_front();
    line->second.busy = false;
    if (line->second.jobs.empty()) {
      lines_.erase(line);
    } else {
      ready_.push_back(endpoint);
    }
  }
  // All of the line's jobs are.
  void drop(const std::string& endpoint) {
    const auto line = lines_.find(endpoint);
    if (line == lines_.end()) return;
    for (const Job& job : line->second.jobs) close(job);
    lines_.erase(line);
    std::erase(ready_, endpoint);
  }
  void clear() {
    lines_.clear();
    ready_.clear();
    open_.clear();
    size_ = 0;
  }

  std::size_t size() const { return size_; }
  // The oldest message with an unfinished push that the database does not know of.
  std::optional<core::MessageId> oldest() const {
    return open_.empty() ? std::nullopt : std::optional(open_.begin()->first);
  }

 private:
  void close(const Job& job) {
    --size_;
    if (job.delayed) return;
    const auto open = open_.find(job.message);
    if (--open->second == 0) open_.erase(open);
  }

  std::map<std::string, Line> lines_;
  std::deque<std::string> ready_;
  std::map<core::MessageId, std::size_t> open_;
  std::size_t size_ = 0;
};

}  // namespace push::webpush
