"""What lies in a database: its schema, the type of each column, and each row. A database is a file of SQLite, or a connection
string of PostgreSQL, which on_postgres() makes."""

import contextlib
import json
import os
import re
import sqlite3
import subprocess

from lib.wire import Failure, expect

OURS = "sharded_gotify_"
STARTS = "sharded_gotify_epochs"
# Gotify 2.6 adds indexes on ids, which are keys already.
ON_ID = re.compile(r"CREATE (UNIQUE )?INDEX (uix|idx)_\w+_id ON \w+ USING btree \(id\)")
GOTIFY_3 = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "store", "fixtures", "gotify-3.sql")


def command(*words):
    done = subprocess.run(words, env={**os.environ, "PGTZ": "UTC"}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{words[0]}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def on_postgres(server, name):
    """The server with a new database of that name, in the cluster of scripts/with-postgres, in place of its file."""
    command("createdb", name)
    server.database = f"{os.environ['PUSH_POSTGRES']} dbname={name}"
    server.settings = {**server.settings, "GOTIFY_DATABASE_DIALECT": "postgres", "GOTIFY_DATABASE_CONNECTION": server.database}
    return server


def content(database, like=None, without=()):
    """like: only the columns that the other one has. without: no column of these names."""
    return (PostgresContent if "dbname=" in database else SqliteContent)(database, like, without)


def statements(sql):
    """The lines of each CREATE TABLE, each with its table, and all other statements, without spaces around them."""
    found = set()
    for statement in sql.replace("public.", "").split(";\n"):
        statement = " ".join(line for line in statement.splitlines() if line and not re.match(r"--|\\|SET |SELECT pg_catalog", line))
        if statement.startswith("CREATE TABLE"):
            head, body = statement.split("(", 1)
            found |= {f"{head}({column.strip()})" for column in body.rsplit(")", 1)[0].split(",  ")}
        elif statement and not statement.startswith("INSERT"):
            found.add(statement)
    return found


class Content:
    def expect_in(self, after, by_us):
        """Each row is there as it was. This server notes its start, and gives those rows that Gotify 2 made in our tables the date that
        they are without."""
        for table, rows in self.rows.items():
            if by_us and table in self.noted_by_us:
                continue
            expect(after.columns.get(table), self.columns.get(table), f"columns of {table}")
            there = after.rows[table]
            if by_us and table == STARTS:
                there = there[:-1]
            if by_us and table == "sqlite_sequence":
                rows, there = [[row for row in each if row["name"] != STARTS] for each in (rows, there)]
            expect(len(there), len(rows), f"rows of {table}")
            for row, kept in zip(rows, there):
                if by_us and "created_at" in row and row["created_at"] is None:
                    expect(kept["created_at"] is None, False, f"{table} {row} still has no date")
                    kept = {**kept, "created_at": None}
                expect(kept, row, f"row of {table}")


class SqliteContent(Content):
    noted_by_us = ()

    def __init__(self, database, like, without):
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            self.schema = sorted(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
            tables = like.columns if like else [name for kind, name, _, _ in self.schema if kind == "table"]
            self.columns = {table: [(name, kind) for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})")
                                    if (not like or (name, kind) in like.columns[table]) and name not in without] for table in tables}
            self.rows = {table: [dict(zip((name for name, _ in columns), row)) for row in
                                 connection.execute(f"SELECT {', '.join(name for name, _ in columns)} FROM {table} ORDER BY rowid")]
                         for table, columns in self.columns.items()}

    def expect_schema(self, after, same, ids):
        """The schema is the same, but for indexes on ids if the program makes them."""
        if same:
            expect([entry for entry in after.schema if not ids or entry in self.schema or entry[0] != "index"], self.schema, "schema")


class PostgresContent(Content):
    """Its rows are as JSON of PostgreSQL has them: dates in UTC, bytes in hexadecimal. pg_sequences stands for a table."""

    def __init__(self, database, like, without):
        def select(text):
            return json.loads(command("psql", "-AtqX", "-d", database, "-c",
                                      f"SELECT coalesce(json_agg(r ORDER BY r::text), '[]') FROM ({text}) r"))

        self.schema = {each for each in statements(command("pg_dump", "--schema-only", "--no-owner", "--no-acl", "-d", database))
                       if OURS not in each}
        self.columns = {}
        for row in select("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"):
            table, column = row["table_name"], row["column_name"]
            if column not in without and (not like or column in like.columns.get(table, [])):
                self.columns.setdefault(table, []).append(column)
        for columns in self.columns.values():
            columns.sort()
        self.rows = {table: [{name: row[name] for name in columns} for row in select(f"SELECT * FROM {table}")]
                     for table, columns in self.columns.items()}
        self.rows["pg_sequences"] = select("SELECT sequencename, data_type, start_value, min_value, max_value, increment_by, cycle,"
                                           f" cache_size, last_value FROM pg_sequences WHERE sequencename NOT LIKE '{OURS}%'")
        self.noted_by_us = [table for table in self.columns if table.startswith(OURS)]

    def expect_schema(self, after, same, ids):
        """Nothing is changed of Gotify's tables, sequences and indexes. If it is not to be the same: only as Gotify 3 would, which adds
        columns and indexes, and makes every integer but the ids a bigint."""
        gone, added = self.schema - after.schema, after.schema - self.schema
        if ids:
            added = {each for each in added if not ON_ID.fullmatch(each)}
        if not same:
            with open(GOTIFY_3, encoding="utf-8") as file:
                newest = statements(file.read())
            gone = {each for each in gone if each.replace(" integer)", " bigint)") not in added & newest}
            added -= newest
        expect(gone, set(), "what is gone from the schema")
        expect(added, set(), "what came into the schema")
