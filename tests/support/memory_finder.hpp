// The reading half of the store in memory (memory_store.hpp), and what both halves share.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "push/store/feed.hpp"
#include "push/store/store.hpp"
#include "store/rules.hpp"
#include "support/memory_events.hpp"
#include "support/memory_retention.hpp"
#include "support/memory_webpush.hpp"

namespace push::test {

class MemoryFinder : public store::Store, public MemoryRetention {
 public:
  bool broken = false;  // every call fails
  int lookups = 0;
  std::vector<store::NodeRow> nodes;
  std::function<void()> during_lookup;  // runs in the middle of a look-up

  MemoryWebPush& webpush() override { return webpush_; }

  core::Result<std::optional<model::User>> find_user(core::UserId id) override { return look_up(users, has(id)); }
  core::Result<std::optional<model::User>> find_user_by_name(std::string_view name) override {
    return look_up(users, [name](const model::User& row) { return row.name == name; });
  }
  core::Result<std::optional<model::Application>> find_application(core::ApplicationId id) override {
    return look_up(applications, has(id));
  }
  core::Result<std::optional<model::Application>> find_application_by_token(std::string_view token) override {
    return look_up(applications, [token](const model::Application& row) { return row.token == token; });
  }
  core::Result<std::optional<model::Client>> find_client(core::ClientId id) override {
    return look_up(clients, [this, id](const model::Client& row) { return row.id == id && is_living(row); });
  }
  core::Result<std::optional<model::Client>> find_client_by_token(std::string_view token) override {
    return look_up(clients, [this, token](const model::Client& row) { return row.token == token && is_living(row); });
  }
  core::Result<bool> has_users() override {
    return read([this] { return core::Result<bool>(!users.empty()); });
  }
  core::Result<std::vector<model::User>> list_users() override {
    auto found = select(users, [](const model::User&) { return true; });
    if (found && during_lookup) during_lookup();
    return found;
  }
  core::Result<void> list_applications(core::UserId user, Take<model::Application> take) override {
    auto found = select(applications, of(user));
    if (!found) return std::move(found).error();
    std::sort(found->begin(), found->end(), [](const model::Application& a, const model::Application& b) {
      return std::tie(a.sort_key, a.id) < std::tie(b.sort_key, b.id);
    });
    return pass_on(*found, take);
  }
  core::Result<void> list_clients(core::UserId user, Take<model::Client> take) override {
    auto found = select(clients, [this, user](const model::Client& row) { return row.user == user && is_living(row); });
    if (!found) return std::move(found).error();
    return pass_on(*found, take);
  }
  core::Result<std::vector<store::OwnedClient>> find_expired_clients(core::WallTime at) override {
    return read([&] {
      std::vector<store::OwnedClient> expired;
      for (const model::Client& row : clients) {
        if (store::has_expired(row, at)) expired.push_back({row.user, row.id});
      }
      return core::Result<std::vector<store::OwnedClient>>(std::move(expired));
    });
  }
  core::Result<std::optional<model::Message>> find_message(core::MessageId id) override {
    return look_up(messages, [this, id](const model::Message& row) { return row.id == id && owner(row); });
  }
  core::Result<void> list_messages(core::UserId user, store::PageRequest page, Take<model::Message> take) override {
    return page_of(page, take, [this, user](const model::Message& row) { return owner(row) == user; });
  }
  core::Result<void> list_messages(core::ApplicationId application, store::PageRequest page,
                                   Take<model::Message> take) override {
    return page_of(page, take, [this, application](const model::Message& row) {
      return row.application == application && owner(row);
    });
  }
  core::Result<void> list_messages_after(core::UserId user, core::MessageId after, Take<model::Message> take) override {
    auto found = following(user, after);
    if (!found) return std::move(found).error();
    return pass_on(*found, take);
  }
  core::Result<std::uint64_t> count_messages_after(core::UserId user, core::MessageId after,
                                                   std::uint64_t most) override {
    const auto found = following(user, after);
    if (!found) return found.error();
    return std::min<std::uint64_t>(found->size(), most);
  }
  core::Result<core::MessageId> newest_message() override {
    return read([this] { return core::Result<core::MessageId>(newest_ever()); });
  }
  core::Result<std::optional<store::Extent>> find_epoch(std::string_view name) override {
    return read([&]() -> core::Result<std::optional<store::Extent>> {
      constexpr std::uint64_t kNoEnd = std::uint64_t{1} << 62U;
      for (std::size_t i = 0; i < epochs_.size(); ++i) {
        if (epochs_[i].first != name) continue;
        return i + 1 < epochs_.size() ? epochs_[i + 1].second
                                      : store::Extent{core::MessageId{kNoEnd}, core::EventId{kNoEnd}};
      }
      return std::optional<store::Extent>();
    });
  }
  core::Result<store::Retention> find_retention(core::ApplicationId application) override {
    return read([&] { return core::Result<store::Retention>(rule(application)); });
  }
  core::Result<core::MessageId> retention_floor(core::UserId user) override {
    return read([&] { return core::Result<core::MessageId>(floor(user)); });
  }
  core::Result<store::EventPage> events_after(core::UserId user, core::EventId after, std::size_t limit) override {
    return read([&] { return core::Result<store::EventPage>(log_.after(user, after, limit)); });
  }
  core::Result<model::ReadMarks> find_read_marks(core::UserId user) override {
    return read([&] {
      const auto& ids = log_.read(user);
      return core::Result<model::ReadMarks>(model::ReadMarks{log_.mark(user), {ids.begin(), ids.end()}});
    });
  }
  core::Result<std::uint64_t> disk_bytes() override {
    return read([] { return core::Result<std::uint64_t>(4096); });
  }
  core::Result<std::vector<store::NodeRow>> list_nodes() override {
    return read([this] { return core::Result<std::vector<store::NodeRow>>(nodes); });
  }
  core::Result<void> ping() override {
    return read([] { return core::Result<void>(); });
  }

 protected:
  template <class Work>
  auto read(Work work) -> decltype(work()) {
    std::unique_lock lock(mutex_);
    if (broken) return down();
    log_retention();
    auto outcome = work();
    announce(lock);
    return outcome;
  }
  void log_retention() {
    for (model::Event& event : apply_retention([this](core::MessageId id) { log_.forget_read(id); })) {
      log_.log(std::move(event));
    }
  }
  void announce(std::unique_lock<std::mutex>& lock) {
    const auto fresh = log_.take_fresh();
    lock.unlock();
    for (const model::Event& event : fresh) {
      if (listener_ != nullptr) listener_->on_event(event);
    }
  }

  std::mutex mutex_;
  MemoryEvents log_;
  std::vector<std::pair<std::string, store::Extent>> epochs_;  // with how far the store had come at its start
  store::EventListener* listener_ = nullptr;

 private:
  MemoryWebPush webpush_{
      {.has_client =
           [this](core::ClientId id, core::UserId user) {
             const auto client = first(clients, has(id));
             return client && client->user == user;
           },
       .has_client_of_any = [this](core::ClientId id) { return first(clients, has(id)).has_value(); },
       .newest = [this] { return newest_ever(); },
       .each_message =
           [this](const auto& take) {
             for (const model::Message& row : messages) {
               if (const auto user = owner(row)) take(*user, row);
             }
           }}};
  bool is_living(const model::Client& row) const { return !store::has_expired(row, clock()); }
  template <class Row, class Matches>
  core::Result<std::optional<Row>> look_up(const std::vector<Row>& rows, Matches matches) {
    ++lookups;
    auto found = read([&] { return core::Result<std::optional<Row>>(first(rows, matches)); });
    if (found && during_lookup) during_lookup();
    return found;
  }
  template <class Row, class Matches>
  core::Result<std::vector<Row>> select(const std::vector<Row>& rows, Matches matches) {
    return read([&] {
      std::vector<Row> found;
      std::copy_if(rows.begin(), rows.end(), std::back_inserter(found), matches);
      return core::Result<std::vector<Row>>(std::move(found));
    });
  }
  core::Result<std::vector<model::Message>> following(core::UserId user, core::MessageId after) {
    return select(messages,
                  [this, user, after](const model::Message& row) { return row.id > after && owner(row) == user; });
  }
  template <class Matches>
  core::Result<void> page_of(store::PageRequest page, Take<model::Message>& take, Matches matches) {
    auto found = select(messages, [&](const model::Message& row) {
      return (page.since == 0 || core::value(row.id) < page.since) && matches(row);
    });
    if (!found) return std::move(found).error();
    std::reverse(found->begin(), found->end());
    if (found->size() > page.limit) found->resize(page.limit);
    return pass_on(*found, take);
  }
};

}  // namespace push::test
