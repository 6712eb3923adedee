"""PostgreSQL with a standby, to which it fails over once."""

import contextlib
import time

from nodes import Cluster


class Pair:
    """As a Cluster: psql() and superuser() are those of the one that takes writes."""

    def __init__(self, synchronous=True):
        self.synchronous = synchronous

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            settings = {"max_connections": "200"}
            self.primary = self.current = stack.enter_context(Cluster(settings))
            self.standby = stack.enter_context(Cluster(settings, primary=self.primary))
            if self.synchronous:
                self.primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'")
                self.primary.psql("SELECT pg_reload_conf()")
            while self.primary.psql("SELECT sync_state FROM pg_stat_replication") != [["sync" if self.synchronous else "async"]]:
                time.sleep(0.05)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failure):
        self.stack.close()

    def new_database(self):
        words = self.primary.new_database().split()
        words[0] = f"host={self.primary.folder},{self.standby.folder}"
        return " ".join(words)

    def superuser(self, database="postgres"):
        return self.current.superuser(database)

    def psql(self, sql, database="postgres"):
        return self.current.psql(sql, database)

    def fall_behind(self):
        """From now on the standby receives nothing."""
        self.standby.psql("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.psql("SELECT pg_reload_conf()")
        while self.primary.psql("SELECT count(*) FROM pg_stat_replication") != [["0"]]:
            time.sleep(0.05)

    def kill(self):
        """The primary; it does not come back."""
        self.primary.kill()

    def promote(self):
        self.standby.psql("SELECT pg_promote()")
        self.current = self.standby
