// Advisory locks that a node holds in its writer's session while that lives, so PostgreSQL itself knows which nodes are
// alive. Two Gotify databases may be two schemas of one PostgreSQL database, so the schema is part of each key (without
// a schema, prepare() fails and says so).
#pragma once

namespace push::store::postgres {

// ---- of all schemas. The write lock, from before the first id of a transaction to its commit; and a turn (turn.hpp).
#define PUSH_WRITE_CLASS "1735289957"
#define PUSH_WRITE_LOCK PUSH_WRITE_CLASS ", 0"
#define PUSH_TURN_LOCK PUSH_WRITE_CLASS ", 1"

#define PUSH_SCHEMA "coalesce(current_schema()::text, '')"

// ---- classid, followed by the key
// The database: shared by nodes with a bus, exclusive for a server without one.
#define PUSH_DATABASE_CLASS "1735289958"
#define PUSH_DATABASE_KEY "hashtext(" PUSH_SCHEMA ")"
// A node's name: exclusive. Its holder is alive.
#define PUSH_NAME_CLASS "1735289959"
#define PUSH_NAME_KEY(node) "hashtext(" PUSH_SCHEMA " || ' ' || " node ")"
// Shared by all nodes with the same bus.
#define PUSH_BUS_CLASS "1735289960"
#define PUSH_BUS_KEY(bus) "hashtext(" PUSH_SCHEMA " || ' ' || " bus ")"
// Shared by all nodes that have joined the same epoch.
#define PUSH_EPOCH_CLASS "1735289961"
#define PUSH_EPOCH_KEY(epoch) "hashtext(" PUSH_SCHEMA " || ' ' || " epoch ")"
// Exclusive, for the node that creates or changes tables at its start.
#define PUSH_PREPARE_CLASS "1735289962"

// Whether the row `l` of pg_locks is such a lock on this database.
#define PUSH_IS_HELD(class_id, key)                                                            \
  "l.locktype = 'advisory' AND l.granted AND l.classid = " class_id "::oid AND l.objid = " key \
  "::oid AND l.objsubid = 2 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
#define PUSH_IS_ALIVE(node) \
  "EXISTS (SELECT 1 FROM pg_locks AS l WHERE " PUSH_IS_HELD(PUSH_NAME_CLASS, PUSH_NAME_KEY(node)) ")"

}  // namespace push::store::postgres
