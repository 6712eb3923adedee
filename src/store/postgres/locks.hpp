// Advisory locks that a node holds on its writer's session as long as that lives, so PostgreSQL itself knows which
// nodes are alive. Two of Gotify's databases may be two schemas of one of PostgreSQL's, so a schema is part of each key
// (none: prepare() says so). The write lock is another one: (1735289957, 0).
#pragma once

namespace push::store::postgres {

#define PUSH_SCHEMA "coalesce(current_schema()::text, '')"

// ---- classid, and the key below it
// Of the database: shared by nodes with a bus, exclusive for one without.
#define PUSH_DATABASE_CLASS "1735289958"
#define PUSH_DATABASE_KEY "hashtext(" PUSH_SCHEMA ")"
// Of a node's name: exclusive. Who holds it is alive.
#define PUSH_NAME_CLASS "1735289959"
#define PUSH_NAME_KEY(node) "hashtext(" PUSH_SCHEMA " || ' ' || " node ")"
// Shared by all nodes with the same bus.
#define PUSH_BUS_CLASS "1735289960"
#define PUSH_BUS_KEY(bus) "hashtext(" PUSH_SCHEMA " || ' ' || " bus ")"
// Shared by all nodes that have joined the same epoch.
#define PUSH_EPOCH_CLASS "1735289961"
#define PUSH_EPOCH_KEY(epoch) "hashtext(" PUSH_SCHEMA " || ' ' || " epoch ")"
// Exclusive, of whoever makes or changes tables at a start.
#define PUSH_PREPARE_CLASS "1735289962"

// Whether the row `l` of pg_locks is such a lock on this database.
#define PUSH_IS_HELD(class_id, key)                                                            \
  "l.locktype = 'advisory' AND l.granted AND l.classid = " class_id "::oid AND l.objid = " key \
  "::oid AND l.objsubid = 2 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
#define PUSH_IS_ALIVE(node) \
  "EXISTS (SELECT 1 FROM pg_locks AS l WHERE " PUSH_IS_HELD(PUSH_NAME_CLASS, PUSH_NAME_KEY(node)) ")"

}  // namespace push::store::postgres
