"""An honest user beside an attack, in a process of its own: what takes how long, and what fails."""
import collections, json, multiprocessing, os, threading, time

from program import JSON, UPGRADE, Connection, key, percentile

KINDS = ('POST', 'GET', 'delivery')
PERIOD = 0.05
PATIENCE = 5  # seconds for an answer or a delivery


class Stream:
    """Receives frames and connects again when the stream ends; `receive(text)` is called for each message."""

    def __init__(self, port, token, receive):
        self.port, self.token, self.receive = port, token, receive
        self.opened = threading.Event()
        threading.Thread(target=self.run, daemon=True).start()
        if not self.opened.wait(PATIENCE):
            raise SystemExit('the victim has no stream')

    def run(self):
        while True:
            connection = Connection(self.port)
            try:
                status, self.data = connection.ask('GET', '/stream', (*UPGRADE, key(self.token)))
                if status != 101:
                    raise ConnectionError(status)
                connection.socket.settimeout(None)
                self.opened.set()
                while True:
                    self.frame(connection)
            except OSError:
                connection.close()
                time.sleep(PERIOD)

    def frame(self, connection):
        def take(count):
            while len(self.data) < count:
                self.data += connection.read()
            taken, self.data = self.data[:count], self.data[count:]
            return taken

        opcode, length = take(2)
        if length > 125:
            length = int.from_bytes(take(2 if length == 126 else 8), 'big')
        payload = take(length)
        if opcode & 15 == 1:
            self.receive(payload)


class Requests:
    """Of one kind, 20 per second, each timed from the moment at which it was due; `ask` returns a status."""

    def __init__(self, ask):
        self.ask = ask
        self.times, self.failed, self.until = [], collections.Counter(), float('inf')
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        due = time.monotonic()
        while due < self.until:
            if time.monotonic() > self.until + 1:
                outcome = 'late'
            else:
                try:
                    outcome = self.ask(due)
                except OSError as error:
                    outcome = 'late' if isinstance(error, TimeoutError) else 'closed'
            self.times.append(time.monotonic() - due)
            if outcome != 200:
                self.failed[str(outcome)] += 1
            due += PERIOD
            time.sleep(max(0, due - time.monotonic()))

    def result(self):
        self.thread.join()
        return {'count': len(self.times), 'failed': dict(self.failed), 'p99': percentile(self.times, 0.99)}


class User:
    def __init__(self, port, account):
        self.port, self.account = port, account
        self.connection = Connection(port, PATIENCE)
        self.due, self.delivered, self.acknowledged = {}, {}, set()
        self.stream = Stream(port, account.client, self.receive)

    def post(self, due):
        """A message of 1 KB over a kept connection; one that the server closed between two requests is replaced."""
        number = len(self.due)
        self.due[number] = due
        body = json.dumps({'title': str(number), 'message': 'x' * 1000}).encode()
        ask = lambda: self.connection.ask('POST', '/message', (JSON, key(self.account.application)), body)[0]
        try:
            try:
                status = ask()
            except ConnectionError:
                self.connection.close()
                status = ask()
        except OSError:
            self.connection.close()
            raise
        if status == 200:
            self.acknowledged.add(number)
        return status

    def get(self, _):
        """The newest ten messages, over a connection of its own."""
        connection = Connection(self.port, PATIENCE)
        try:
            return connection.ask('GET', '/message?limit=10', ('Connection: close', key(self.account.client)))[0]
        finally:
            connection.close()

    def receive(self, text):
        now = time.monotonic()
        number = int(json.loads(text)['title'])
        self.delivered[number] = now - self.due[number]

    def measure(self, ended):
        first = len(self.due)
        posts = Requests(self.post)
        time.sleep(PERIOD / 2)
        gets = Requests(self.get)
        ended()
        posts.until = gets.until = time.monotonic()
        result = {'POST': posts.result(), 'GET': gets.result()}
        awaited = {number for number in self.acknowledged if number >= first}
        end = time.monotonic() + 1
        while not awaited <= self.delivered.keys() and time.monotonic() < end:
            time.sleep(PERIOD)
        arrived = [self.delivered[number] for number in awaited if number in self.delivered]
        missing = len(awaited) - len(arrived)
        result['delivery'] = {'count': len(awaited), 'failed': {'missing': missing} if missing else {},
                              'p99': percentile(arrived, 0.99) if arrived else None}
        return result


def live(port, account, pipe):
    user = User(port, account)
    pipe.send('ready')
    while pipe.recv() == 'measure':
        pipe.send(user.measure(pipe.recv))
    os._exit(0)  # its stream's thread waits for the next frame


class Victim:
    """`measure()` begins, `end()` returns {kind: {'count', 'failed', 'p99' in milliseconds or None}}."""

    def __init__(self, port, account):
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=live, args=(port, account, other), daemon=True)
        self.process.start()
        other.close()
        self.pipe.recv()

    def measure(self):
        self.pipe.send('measure')

    def end(self):
        self.pipe.send('end')
        return self.pipe.recv()

    def close(self):
        self.pipe.send('close')
        self.process.join()
