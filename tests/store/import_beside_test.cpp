// An import beside a server on another schema of the same PostgreSQL database.
#include "push/store/import.hpp"
#include "store/support.hpp"
#include "support/postgres_server.hpp"

namespace push::store {
namespace {

class ImportBesideTest : public StoreTest {};

TEST_F(ImportBesideTest, AServerOnAnotherSchemaGoesOnMeanwhile) {
  open();
  append_id(application(user("alice"), "A1"), "imported");
  store.reset();
  config::Database target;
  target.dialect = "postgres";
  target.connection = test::postgres().new_database();
  test::psql(target.connection, "CREATE SCHEMA other");
  config::Database elsewhere = target;
  elsewhere.connection += " search_path=other";
  auto opened = store::open(elsewhere, metrics);
  ASSERT_TRUE(opened) << opened.error().text;
  store = *std::move(opened);
  const core::ApplicationId app = application(user("carol"), "A");
  int posted = 0;
  const auto post = [&](const ImportProgress& progress) {
    if (progress.step == "done") return;
    const auto answer = append(text(app, std::string(progress.step)));
    EXPECT_TRUE(answer) << progress.step << ": " << answer.error().text;
    ++posted;
  };
  const auto report = import_sqlite({.from = database.connection,
                                     .to = target,
                                     .picture = [](const std::string&) { return std::optional<std::string>(); },
                                     .progress = post});
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_GT(posted, 5);
}

}  // namespace
}  // namespace push::store
