// The Store on a PostgreSQL database with Gotify's schema, in the first schema of search_path, which Gotify can open
// again. What is reported as stored survives a crash of this program, of the database and of its machine, as far as the
// database's own settings promise that.
//
// Opening creates the tables, or upgrades an older database in place: only columns of later versions of Gotify, and
// tables and indexes of our own, are added. One server at a time, or several nodes with the same bus; any other server
// is refused.
//
// Deletions of many messages are committed in slices, so that new messages are not held up; if a slice fails, those
// before it stay deleted. Messages that arrive after the call are kept.
#pragma once
#include <memory>
#include <string>

#include "push/config/config.hpp"
#include "push/core/patient_clock.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "store/postgres/session.hpp"

namespace push::store::postgres {

class Store final : public store::Store {
 public:
  // As store::open.
  static core::Result<std::unique_ptr<store::Store>> open(const config::Database& settings, metrics::Registry& metrics,
                                                          core::WallClock clock, const config::Retention& retention,
                                                          const config::Cluster& cluster);
  ~Store() override;  // drain()

  store::Feed* feed() override;
  store::WebPush& webpush() override;

  core::Result<void> append(NewMessage message, Appended done) override;
  void forget_old_keys() override;

  core::Result<std::optional<model::User>> find_user(core::UserId id) override;
  core::Result<std::optional<model::User>> find_user_by_name(std::string_view name) override;
  core::Result<std::optional<model::Application>> find_application(core::ApplicationId id) override;
  core::Result<std::optional<model::Application>> find_application_by_token(std::string_view token) override;
  core::Result<std::optional<model::Client>> find_client(core::ClientId id) override;
  core::Result<std::optional<model::Client>> find_client_by_token(std::string_view token) override;
  core::Result<bool> has_users() override;
  core::Result<std::vector<model::User>> list_users() override;
  core::Result<void> list_applications(core::UserId user, Take<model::Application> take) override;
  core::Result<void> list_clients(core::UserId user, Take<model::Client> take) override;
  core::Result<std::vector<OwnedClient>> find_expired_clients(core::WallTime now) override;
  core::Result<std::optional<model::Message>> find_message(core::MessageId id) override;
  core::Result<void> list_messages(core::UserId user, PageRequest page, Take<model::Message> take) override;
  core::Result<void> list_messages(core::ApplicationId application, PageRequest page,
                                   Take<model::Message> take) override;
  core::Result<void> list_messages_after(core::UserId owner, core::MessageId after, Take<model::Message> take) override;
  core::Result<std::uint64_t> count_messages_after(core::UserId owner, core::MessageId after,
                                                   std::uint64_t most) override;
  core::Result<core::MessageId> newest_message() override;
  core::Result<EventPage> events_after(core::UserId user, core::EventId after, std::size_t limit) override;
  core::Result<model::ReadMarks> find_read_marks(core::UserId user) override;
  core::Result<Retention> find_retention(core::ApplicationId application) override;
  core::Result<core::MessageId> retention_floor(core::UserId user) override;
  core::Result<std::optional<Extent>> find_epoch(std::string_view name) override;
  bool keeps_pictures() const override { return true; }
  core::Result<std::optional<std::string>> find_picture(std::string_view name) override;
  core::Result<std::uint64_t> disk_bytes() override;
  core::Result<std::vector<NodeRow>> list_nodes() override;
  core::Result<void> ping() override;

  void create_user(NewUser user, Done<model::User> done) override;
  void create_application(NewApplication application, Done<model::Application> done) override;
  void create_client(NewClient client, Done<model::Client> done) override;
  void update_application(core::UserId user, core::ApplicationId id, ApplicationChange wanted,
                          Done<model::Application> done) override;
  void set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                             Done<model::Application> done) override;
  void set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                             Done<ImageChange> done) override;
  void keep_picture(std::string_view name, std::string_view bytes, Done<void> done) override;
  void set_retention(core::UserId user, core::ApplicationId id, Retention rule, Done<void> done) override;
  void update_client(core::UserId user, core::ClientId id, ClientChange wanted, Done<model::Client> done) override;
  void elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until,
                      Done<void> done) override;
  void update_user(core::UserId id, UserChange wanted, Done<model::User> done) override;
  void set_password(core::UserId id, std::string pass_hash, Done<void> done) override;

  bool touch_application(core::ApplicationId id, core::WallTime at) override;
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at) override;

  void mark_read_up_to(core::UserId user, core::MessageId up_to, Done<void> done) override;
  void mark_read(core::UserId user, std::vector<core::MessageId> ids, Done<void> done) override;
  void set_event_listener(EventListener& listener) override;
  core::Result<std::size_t> delete_old_events(core::WallTime now) override;

  void delete_message(core::UserId user, core::MessageId id, Done<void> done) override;
  void delete_listed(core::UserId user, std::vector<core::MessageId> ids, Done<std::size_t> done) override;
  core::Result<void> delete_messages(core::UserId user, core::MessageId up_to, Purged done) override;
  core::Result<void> delete_messages(core::ApplicationId application, core::MessageId up_to, Purged done) override;
  void delete_application(core::UserId user, core::ApplicationId id, Done<std::string> done) override;
  void delete_client(core::UserId user, core::ClientId id, Done<void> done) override;
  core::Result<std::vector<OwnedClient>> delete_expired_clients(std::vector<OwnedClient> clients,
                                                                core::WallTime now) override;
  void delete_user(core::UserId id, Done<std::vector<std::string>> done) override;

  std::string begin_epoch() override;
  void drain() override;

 private:
  struct Parts;
  template <class Id>
  core::Result<void> purge(Id whose, core::MessageId up_to, Purged done);
  explicit Store(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace push::store::postgres
