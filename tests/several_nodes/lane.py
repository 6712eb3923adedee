"""The write lock of the database, held by somebody else."""

import subprocess

SQL = "SELECT pg_advisory_lock(1735289957, 0);\n"


class Lane:
    """hold() returns when it is held. postgres: a Cluster; database: its name."""

    def __init__(self, postgres, database):
        self.postgres, self.database = postgres, database
        self.process = None

    def hold(self):
        self.process = subprocess.Popen(["psql", "-qAtX", "-d", self.postgres.superuser(self.database)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(SQL)
        self.process.stdin.flush()
        self.process.stdout.readline()

    def release(self):
        process, self.process = self.process, None
        if process:
            process.communicate()
