"""The ledger of several nodes: what was acknowledged, what is stored, and what each subscriber received."""

import collections
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "reliability"))
sys.dont_write_bytecode = True

from support import Ledger  # noqa: E402


class Books(Ledger):
    """check(): of the base, by the database. check_subscribers(): each has every message of its user once, in the order of ids."""

    def __init__(self):
        super().__init__()
        self.posts = collections.defaultdict(list)
        self.received = self.missing = self.repeated = self.incomplete = self.resumed = self.begun_anew = 0

    def stop(self, verdict, senders):
        """Of senders: what they were told. All their posts; by node in `posts`."""
        posts = []
        for one in senders:
            sent = one.stop()
            self.add(sent)
            self.posts[one.name].extend(sent.posts)
            posts += sent.posts
        for one in senders:
            one.__exit__()
        verdict.check(all(post.status not in (401, 403, 404) for post in posts), f"POST was answered with {statuses(posts)}")
        return posts

    def close(self, verdict, several, senders, subscribers, limit=60, eras=1):
        """Stops the senders, waits for the subscribers, and checks everything. The posts of all senders.

        several: whose faults are over. limit: seconds until everybody must have everything.
        """
        posts = self.stop(verdict, senders)
        self.check(verdict, several.postgres.superuser(several.database_name()))
        self.check_subscribers(verdict, several.rows(), subscribers, limit, eras)
        return posts

    def check_subscribers(self, verdict, rows, subscribers, limit=60, eras=1):
        """eras: one more than the number of times that the database has gone back; None: it never has, but a subscriber may have been told so."""
        wanted = collections.defaultdict(list)
        for number, user, text in rows:
            wanted[user].append((number, text))
        late = subscribers.wait_for({user: messages[-1][0] for user, messages in wanted.items()}, limit)
        verdict.check(not late, f"{len(late)} subscribers have not come to the end after {limit} s: {late[:5]}")
        texts = {number: zlib.crc32(text.encode()) for number, _, text in rows}
        for index, report in enumerate(subscribers.report()):
            name = f"subscriber {index} ({report.transport})"
            ids, crcs = report.eras[-1]
            expected = [number for number, _ in wanted[report.user]]
            self.received += len(ids)
            self.incomplete += report.incomplete
            self.resumed += report.streams - 1
            self.begun_anew += len(report.eras) - 1
            if eras is not None:
                verdict.check(len(report.eras) == eras, f"{name}: it was told {len(report.eras) - 1} times that the database has gone back")
            elif any(list(early) != expected[:len(early)] for early, _ in report.eras[:-1]):
                verdict.check(False, f"{name}: messages were missing before it was told that the database has gone back")
            verdict.check(not report.wrong, f"{name}: {'; '.join(report.wrong[:3])}")
            self.repeated += len(report.wrong)
            if list(ids) != expected:
                missing, foreign = sorted(set(expected) - set(ids)), sorted(set(ids) - set(expected))
                self.missing += len(missing)
                verdict.check(False, f"{name}: {len(missing)} messages are missing: {missing[:5]}; {len(foreign)} are not its own: {foreign[:5]}")
            changed = [number for number, crc in zip(ids, crcs) if texts.get(number, crc) != crc]
            verdict.check(not changed, f"{name}: {len(changed)} messages have another text: {changed[:5]}")

    def __str__(self):
        return (f"{len(self.acknowledged):,} acknowledged, {len(self.unknown):,} unknown, {super().__str__()}; {self.received:,} received, "
                f"{self.missing} missing, {self.repeated} repeated or out of order, {self.resumed:,} times resumed, "
                f"{self.incomplete} times told that it is incomplete, {self.begun_anew} of them as if the database had gone back")


def statuses(posts):
    return dict(collections.Counter(post.status for post in posts))
