// The store in memory, for tests that need no file: plain rows to fill and inspect, the same rules as every other
// store, and switches for database failures. It passes the contract suite (tests/store/contract.hpp). Everything runs
// on the caller's thread, callbacks included; only one thread at a time may use the rows.
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
#include "support/memory_rows.hpp"

namespace push::test {

class MemoryStore final : public store::Store, public MemoryRows {
 public:
  core::WallClock clock = &core::wall_now;   // by which clients expire
  bool broken = false;                       // every call fails
  std::optional<core::Error> append_answer;  // passed by append() to its callback instead of storing
  core::UserId appended_for{};               // NewMessage::user of the last one
  int lookups = 0;
  std::function<void()> during_lookup;  // runs in the middle of a look-up
  std::atomic<bool> full = false;       // refuses touches
  std::atomic<int> application_touches = 0;
  std::atomic<int> client_touches = 0;
  metrics::Registry metrics;
  store::RecentKeys keys{100'000, metrics};

  // ---- store::Finder
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
    return read([this] {
      return core::Result<core::MessageId>(
          core::MessageId{std::max(last_message_, messages.empty() ? 0 : core::value(messages.back().id))});
    });
  }
  core::Result<void> ping() override {
    return read([] { return core::Result<void>(); });
  }

  // ---- store::Store
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
  void delete_message(core::UserId user, core::MessageId id, store::Done<void> done) override {
    done(change([&]() -> core::Result<void> {
      const auto deleted = std::erase_if(
          messages, [this, user, id](const model::Message& row) { return row.id == id && owner(row) == user; });
      if (deleted == 0) return store::gone("message");
      return {};
    }));
  }
  core::Result<void> delete_messages(core::UserId user, Purged done) override {
    return purge([this, user](const model::Message& row) { return owner(row) == user; }, std::move(done));
  }
  core::Result<void> delete_messages(core::ApplicationId application, Purged done) override {
    return purge([application](const model::Message& row) { return row.application == application; }, std::move(done));
  }
  void delete_application(core::UserId user, core::ApplicationId id, store::Done<std::string> done) override {
    done(change([&] {
      auto image = store::images_left_by(*this, user, id);
      if (image) erase_applications(has(id));
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
      std::erase_if(clients, of(id));
      std::erase_if(users, has(id));
      return images;
    }));
  }
  void drain() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }

 private:
  static core::Error down() { return core::failure(core::ErrorCode::unavailable, "the database is unavailable"); }
  static core::Error stopping() { return core::failure(core::ErrorCode::unavailable, "the server is stopping"); }
  bool is_living(const model::Client& row) const { return !store::has_expired(row, clock()); }
  template <class T>
  static core::Result<void> nothing(const core::Result<T>& done) {
    if (!done) return done.error();
    return {};
  }
  template <class Work>
  auto read(Work work) -> decltype(work()) {
    const std::lock_guard lock(mutex_);
    if (broken) return down();
    return work();
  }
  template <class Work>
  auto change(Work work) -> decltype(work()) {
    const std::lock_guard lock(mutex_);
    if (broken) return down();
    if (stopping_) return stopping();
    return work();
  }
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
  template <class Row>
  static core::Result<void> pass_on(const std::vector<Row>& rows, Take<Row>& take) {
    for (const Row& row : rows) {
      if (!take(row)) break;
    }
    return {};
  }

  core::Result<std::vector<model::Message>> following(core::UserId user, core::MessageId after) {
    return select(messages,
                  [this, user, after](const model::Message& row) { return row.id > after && owner(row) == user; });
  }

  // Ids rise and are never reused.
  template <class Row>
  static auto next_id(const std::vector<Row>& rows, std::uint64_t& last) {
    if (!rows.empty()) last = std::max(last, core::value(rows.back().id));
    return decltype(Row::id){++last};
  }
  std::uint64_t& last(const std::vector<model::User>&) { return last_user_; }
  std::uint64_t& last(const std::vector<model::Application>&) { return last_application_; }
  std::uint64_t& last(const std::vector<model::Client>&) { return last_client_; }
  template <class Row>
  core::Result<Row> add(std::vector<Row>& rows, core::Result<Row> created) {
    if (!created) return created;
    created->id = next_id(rows, last(rows));
    rows.push_back(*created);
    return created;
  }
  core::Result<store::StoredMessage> add_once(store::NewMessage& wanted) {
    if (!wanted.idempotency) return add(wanted);
    auto known = keys.find(wanted.application, *wanted.idempotency, clock());
    if (!known) return std::move(known).error();
    if (*known) return replay(wanted, **known);
    auto added = add(wanted);
    if (!added) return added;
    keys.add(wanted.application, *wanted.idempotency, {added->id, added->date}, clock());
    keys.commit();
    return added;
  }
  store::StoredMessage replay(store::NewMessage& wanted, const store::RecentKeys::First& known) {
    if (const auto row = first(messages, has(known.message))) return {*row, true};
    wanted.date = known.date;
    return {from(wanted, known.message), true};
  }
  static model::Message from(store::NewMessage& wanted, core::MessageId id) {
    return {id, wanted.application, wanted.message, wanted.title, wanted.priority, wanted.extras, wanted.date};
  }
  core::Result<store::StoredMessage> add(store::NewMessage& wanted) {
    if (!first(applications, has(wanted.application))) return store::gone("application");
    messages.push_back(from(wanted, next_id(messages, last_message_)));
    return store::StoredMessage{messages.back()};
  }
  template <class Row>
  core::Result<Row> put(std::vector<Row>& rows, core::Result<Row> changed) {
    if (changed) *std::find_if(rows.begin(), rows.end(), has(changed->id)) = *changed;
    return changed;
  }
  template <class Matches>
  void erase_applications(Matches matches) {
    std::erase_if(applications, matches);
    std::erase_if(messages, [this](const model::Message& row) { return !owner(row); });
  }
  template <class Matches>
  core::Result<void> purge(Matches matches, Purged done) {
    auto purged = change([&]() -> core::Result<void> {
      std::erase_if(messages, matches);
      return {};
    });
    if (!purged) return purged;
    done({});
    return {};
  }

  std::mutex mutex_;
  bool stopping_ = false;
  std::uint64_t last_user_ = 0;
  std::uint64_t last_application_ = 0;
  std::uint64_t last_client_ = 0;
  std::uint64_t last_message_ = 0;
};

}  // namespace push::test
