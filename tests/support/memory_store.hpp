// The store in memory, for tests that need no file: plain rows to fill and inspect, the same rules as every other
// store, and switches for database failures. It passes the contract suite (tests/store/contract.hpp). Everything runs
// on the caller's thread, callbacks included; only one thread at a time may use the rows. Here are the changes;
// memory_finder.hpp is the reading half.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "push/store/store.hpp"
#include "store/recent_keys.hpp"
#include "store/rules.hpp"
#include "support/memory_finder.hpp"

namespace push::test {

class MemoryStore final : public MemoryFinder {
 public:
  std::optional<core::Error> append_answer;  // passed by append() to its callback instead of storing
  core::UserId appended_for{};               // NewMessage::user of the last one
  std::atomic<bool> full = false;            // refuses touches
  std::atomic<int> application_touches = 0;
  std::atomic<int> client_touches = 0;
  metrics::Registry metrics;
  store::RecentKeys keys{100'000, metrics};

  core::Result<void> append(store::NewMessage wanted, Appended done) override {
    std::unique_lock lock(mutex_);
    if (broken) return down();
    if (stopping_) return stopping();
    appended_for = wanted.user;
    core::Result<store::StoredMessage> answer =
        append_answer ? core::Result<store::StoredMessage>(*append_answer) : add_once(wanted);
    lock.unlock();
    done(std::move(answer));
    return {};
  }
  void forget_old_keys() override {
    const std::lock_guard lock(mutex_);
    keys.expire(clock(), keys.size());
  }
  void create_user(store::NewUser wanted, store::Done<model::User> done) override {
    done(change([&] { return add(users, store::new_user(*this, std::move(wanted), core::wall_now())); }));
  }
  void create_application(store::NewApplication wanted, store::Done<model::Application> done) override {
    done(change([&] { return add(applications, store::new_application(*this, std::move(wanted), core::wall_now())); }));
  }
  void create_client(store::NewClient wanted, store::Done<model::Client> done) override {
    done(change([&] { return add(clients, store::new_client(*this, std::move(wanted), core::wall_now())); }));
  }
  void update_application(core::UserId user, core::ApplicationId id, store::ApplicationChange wanted,
                          store::Done<model::Application> done) override {
    done(change([&] { return put(applications, store::changed(*this, user, id, std::move(wanted))); }));
  }
  void set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                             store::Done<model::Application> done) override {
    done(change([&] { return put(applications, store::with_token(*this, user, id, std::move(token))); }));
  }
  void set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                             store::Done<store::ImageChange> done) override {
    done(change([&] {
      auto changed = store::with_image(*this, user, id, std::move(image));
      if (changed) static_cast<void>(put(applications, core::Result<model::Application>(changed->application)));
      return changed;
    }));
  }
  void set_retention(core::UserId user, core::ApplicationId id, store::Retention wanted,
                     store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      if (auto checked = store::check(wanted); !checked) return checked;
      if (auto own = store::owned(*this, user, id); !own) return own.error();
      set_rule(id, wanted);
      return {};
    }));
  }
  void update_client(core::UserId user, core::ClientId id, store::ClientChange wanted,
                     store::Done<model::Client> done) override {
    done(change([&] { return put(clients, store::changed(*this, user, id, std::move(wanted), clock())); }));
  }
  void elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until,
                      store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      auto client = store::owned(*this, user, id, clock());
      if (!client) return client.error();
      client->elevated_until = until;
      return nothing(put(clients, std::move(client)));
    }));
  }
  void update_user(core::UserId id, store::UserChange wanted, store::Done<model::User> done) override {
    done(change([&] { return put(users, store::changed(*this, id, std::move(wanted))); }));
  }
  void set_password(core::UserId id, std::string pass_hash, store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      const auto row = std::find_if(users.begin(), users.end(), has(id));
      if (row == users.end()) return store::gone("user");
      row->pass_hash = std::move(pass_hash);
      return {};
    }));
  }
  bool touch_application(core::ApplicationId id, core::WallTime at) override {
    if (full) return false;
    ++application_touches;
    return change([&]() -> core::Result<void> {
             const auto row = std::find_if(applications.begin(), applications.end(), has(id));
             if (row != applications.end()) *row = store::touched(std::move(*row), at);
             return {};
           })
        .has_value();
  }
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at) override {
    if (full) return false;
    client_touches += static_cast<int>(ids.size());
    return change([&]() -> core::Result<void> {
             for (model::Client& row : clients) {
               const bool asked = std::find(ids.begin(), ids.end(), row.id) != ids.end();
               if (asked) row = store::touched(std::move(row), at);
             }
             return {};
           })
        .has_value();
  }
  void mark_read_up_to(core::UserId user, core::MessageId up_to, store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      if (!first(users, has(user))) return store::gone("user");
      raise(user, std::min(up_to, newest()));
      return {};
    }));
  }
  void mark_read(core::UserId user, std::vector<core::MessageId> ids, store::Done<void> done) override {
    std::sort(ids.begin(), ids.end());
    done(change([&]() -> core::Result<void> {
      model::Event event{{}, user, clock(), model::Event::Kind::read, {}, {}, {}};
      for (const core::MessageId id : ids) {
        const auto message = first(messages, has(id));
        if (message && owner(*message) == user && log_.add_read(user, id)) event.ids.push_back(id);
      }
      if (!event.ids.empty()) log_.log(std::move(event));
      const auto& read = log_.read(user);
      if (read.size() > model::kMaxReadIds) raise(user, *std::prev(read.end(), model::kMaxReadIds + 1));
      return {};
    }));
  }
  void set_event_listener(store::EventListener& listener) override { listener_ = &listener; }
  core::Result<std::size_t> delete_old_events(core::WallTime now) override {
    return change([&] { return core::Result<std::size_t>(log_.remove_old(now)); });
  }
  void delete_message(core::UserId user, core::MessageId id, store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      const auto deleted =
          erase_messages([this, user, id](const model::Message& row) { return row.id == id && owner(row) == user; });
      if (deleted == 0) return store::gone("message");
      log_.log({{}, user, clock(), model::Event::Kind::deleted, {id}, {}, {}});
      return {};
    }));
  }
  void delete_listed(core::UserId user, std::vector<core::MessageId> ids, store::Done<std::size_t> done) override {
    done(change([&]() -> core::Result<std::size_t> {
      std::vector<core::MessageId> gone;
      for (const model::Message& row : messages) {
        if (owner(row) == user && std::find(ids.begin(), ids.end(), row.id) != ids.end()) gone.push_back(row.id);
      }
      if (gone.empty()) return std::size_t{0};
      log_.log({{}, user, clock(), model::Event::Kind::deleted, gone, {}, {}});
      return static_cast<std::size_t>(erase_messages(
          [&gone](const model::Message& row) { return std::find(gone.begin(), gone.end(), row.id) != gone.end(); }));
    }));
  }
  core::Result<void> delete_messages(core::UserId user, core::MessageId up_to, Purged done) override {
    const core::MessageId bound = std::min(up_to, newest());
    return purge(
        {{}, user, {}, {}, {}, bound, {}},
        [this, user, bound](const model::Message& row) { return owner(row) == user && row.id <= bound; },
        std::move(done));
  }
  core::Result<void> delete_messages(core::ApplicationId application, core::MessageId up_to, Purged done) override {
    const auto owned = first(applications, has(application));
    const core::MessageId bound = std::min(up_to, newest());
    return purge(
        {{}, owned ? owned->user : core::UserId{}, {}, {}, {}, bound, application},
        [application, bound](const model::Message& row) { return row.application == application && row.id <= bound; },
        std::move(done));
  }
  void delete_application(core::UserId user, core::ApplicationId id, store::Done<std::string> done) override {
    done(change([&] {
      auto image = store::images_left_by(*this, user, id);
      if (!image) return image;
      core::MessageId newest{};
      for (const model::Message& row : messages) newest = row.application == id ? row.id : newest;
      if (newest != core::MessageId{}) log_.log({{}, user, clock(), model::Event::Kind::deleted, {}, newest, id});
      erase_applications(has(id));
      return image;
    }));
  }
  void delete_client(core::UserId user, core::ClientId id, store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      const auto client = store::owned(*this, user, id, clock());
      if (!client) return client.error();
      std::erase_if(clients, has(id));
      return {};
    }));
  }
  core::Result<std::vector<store::OwnedClient>> delete_expired_clients(std::vector<store::OwnedClient> wanted,
                                                                       core::WallTime at) override {
    return change([&] {
      std::vector<store::OwnedClient> deleted;
      std::erase_if(clients, [&](const model::Client& row) {
        const bool named =
            std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) { return one.client == row.id; });
        const bool expired = named && store::has_expired(row, at);
        if (expired) deleted.push_back({row.user, row.id});
        return expired;
      });
      return core::Result<std::vector<store::OwnedClient>>(std::move(deleted));
    });
  }
  void delete_user(core::UserId id, store::Done<std::vector<std::string>> done) override {
    done(change([&] {
      auto images = store::images_left_by(*this, id);
      if (!images) return images;
      erase_applications(of(id));
      log_.forget(id);
      std::erase_if(clients, of(id));
      std::erase_if(users, has(id));
      floors.erase(id);
      return images;
    }));
  }
  std::string begin_epoch() override {
    const std::lock_guard lock(mutex_);
    epochs_.emplace_back("epoch" + std::to_string(epochs_.size() + 1),
                         store::Extent{newest_ever(), log_.after({}, {}, 0).newest});
    return epochs_.back().first;
  }
  void drain() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }

 private:
  template <class Work>
  auto change(Work work) -> decltype(work()) {
    std::unique_lock lock(mutex_);
    if (broken) return down();
    if (stopping_) return stopping();
    log_retention();
    auto outcome = work();
    announce(lock);
    return outcome;
  }
  core::Result<store::StoredMessage> add_once(store::NewMessage& wanted) {
    if (!wanted.idempotency) return stored(add(wanted));
    auto known = keys.find(wanted.application, *wanted.idempotency, clock());
    if (!known) return std::move(known).error();
    if (*known) return replay(wanted, **known);
    const core::ApplicationId application = wanted.application;
    const store::IdempotencyKey key = *wanted.idempotency;
    auto added = stored(add(wanted));
    if (!added) return added;
    keys.add(application, key, {added->id, added->date}, clock());
    keys.commit();
    return added;
  }
  static core::Result<store::StoredMessage> stored(core::Result<model::Message> added) {
    if (!added) return std::move(added).error();
    return store::StoredMessage{*std::move(added)};
  }
  store::StoredMessage replay(store::NewMessage& wanted, const store::RecentKeys::First& known) {
    if (const auto row = first(messages, has(known.message))) return {*row, true};
    return {model::Message{known.message, wanted.application, std::move(wanted.message), std::move(wanted.title),
                           wanted.priority, std::move(wanted.extras), known.date},
            true};
  }
  template <class Matches>
  void erase_applications(Matches matches) {
    std::erase_if(applications, matches);
    erase_messages([this](const model::Message& row) { return !owner(row); });
  }
  core::MessageId newest() const { return messages.empty() ? core::MessageId{} : messages.back().id; }
  template <class Matches>
  std::size_t erase_messages(Matches matches) {
    return std::erase_if(messages, [&](const model::Message& row) {
      const bool erased = matches(row);
      if (erased) log_.forget_read(row.id);
      return erased;
    });
  }
  void raise(core::UserId user, core::MessageId up_to) {
    if (log_.raise(user, up_to)) log_.log({{}, user, clock(), model::Event::Kind::read, {}, up_to, {}});
  }
  // `event`: of the deletion, but for its time.
  template <class Matches>
  core::Result<void> purge(model::Event event, Matches matches, Purged done) {
    auto purged = change([&]() -> core::Result<void> {
      if (erase_messages(matches) == 0 || event.user == core::UserId{}) return {};
      event.time = clock();
      log_.log(std::move(event));
      return {};
    });
    if (!purged) return purged;
    done({});
    return {};
  }

  bool stopping_ = false;
};

}  // namespace push::test
