// Another program that keeps the server's transactions from committing for as long as the server waits.
#pragma once
#include <string>

#include "support/database.hpp"
#include "support/server_process.hpp"

namespace push::support {

class WriteLock {
 public:
  // `server` runs. On PostgreSQL at most for some ten seconds; then the outcome is unknown to the server.
  explicit WriteLock(const ServerProcess& server) : other_(server.database()) {
    if (!on_postgres()) {
      other_.run("BEGIN IMMEDIATE");
      return;
    }
    other_.run(
        "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS"
        " $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;"
        "DROP TRIGGER IF EXISTS held ON sharded_gotify_batches;"
        "CREATE CONSTRAINT TRIGGER held AFTER INSERT ON sharded_gotify_batches DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION hold()");
    other_.rows("SELECT pg_advisory_lock(7)");
  }
  void release() {
    if (on_postgres()) {
      other_.rows("SELECT pg_advisory_unlock(7)");
    } else {
      other_.run("ROLLBACK");
    }
  }

 private:
  Database other_;
};

}  // namespace push::support
