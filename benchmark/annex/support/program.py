"""The program under measurement, and what `guesses` and `attacks` send to it."""
import base64, json, os, resource, selectors, socket, subprocess, tempfile, time

HOST = '127.0.0.1'
JSON = 'Content-Type: application/json'
UPGRADE = ('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
           'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==')


def basic(name, password):
    return 'Authorization: Basic ' + base64.b64encode(f'{name}:{password}'.encode()).decode()


def key(token):
    return 'X-Gotify-Key: ' + token


def head_of(method, target, headers=()):
    return '\r\n'.join((f'{method} {target} HTTP/1.1', 'Host: push', *headers, '\r\n')).encode()


class Connection:
    """One keep-alive connection; answers have a Content-Length or no body."""

    def __init__(self, port, timeout=5):
        self.port = port
        self.timeout = timeout
        self.socket = None

    def ask(self, method, target, headers=(), body=b''):
        if self.socket is None:
            self.socket = socket.create_connection((HOST, self.port), self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if body:
            headers = (*headers, f'Content-Length: {len(body)}')
        self.socket.sendall(head_of(method, target, headers) + body)
        data = b''
        while b'\r\n\r\n' not in data:
            data += self.read()
        head, rest = data.split(b'\r\n\r\n', 1)
        length = content_length(head)
        while len(rest) < length:
            rest += self.read()
        return int(head.split()[1]), rest

    def read(self):
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError('closed')
        return part

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def content_length(head):
    for line in head.split(b'\r\n')[1:]:
        if line.lower().startswith(b'content-length:'):
            return int(line.split(b':')[1])
    return 0


class Account:
    """A client and an application of a user."""

    def __init__(self, port, name, password):
        connection = Connection(port)
        made = [json.loads(connection.ask('POST', target, (JSON, basic(name, password)), b'{"name":"a"}')[1])
                for target in ('/client', '/application')]
        connection.close()
        self.client, self.application = (answer['token'] for answer in made)
        self.application_id = made[1]['id']


class Server:
    """The program with its defaults (bcrypt cost 10) in a folder of its own, on a free port of 127.0.0.1."""

    def __init__(self, program, descriptors=None, log=subprocess.DEVNULL):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as s:
            s.bind((HOST, 0))
            self.port = s.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if not name.startswith('GOTIFY_')}
        environment.update(GOTIFY_SERVER_PORT=str(self.port), GOTIFY_SERVER_LISTENADDR=HOST)
        limit = descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)))
        self.process = subprocess.Popen([os.path.abspath(program)], cwd=self.folder.name, env=environment, stdout=log,
                                        preexec_fn=limit)

    def __enter__(self):
        try:
            for _ in range(200):
                time.sleep(0.05)
                try:
                    if Connection(self.port).ask('GET', '/health')[0] == 200:
                        return self
                except OSError:
                    pass
            raise SystemExit(f'{self.process.args[0]} does not answer /health')
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.folder.cleanup()


def guess(port, connections, goes_on, answered):
    """Wrong passwords over many connections, each with a new name; who is not answered 401 waits for a second."""
    selector = selectors.DefaultSelector()
    count, asleep = 0, []

    def send(s):
        nonlocal count
        count += 1
        s.sendall(head_of('GET', '/current/user', (basic(f'user{os.getpid()}x{count}', count),)))

    for _ in range(connections):
        s = socket.create_connection((HOST, port))
        selector.register(s, selectors.EVENT_READ)
        send(s)
    while goes_on():
        for ready, _ in selector.select(0.05):
            answer = ready.fileobj.recv(65536)
            if not answer:
                selector.unregister(ready.fileobj)
                continue
            status = int(answer.split()[1])
            answered(status)
            if status == 401:
                send(ready.fileobj)
            else:
                asleep.append((time.monotonic() + 1, ready.fileobj))
        while asleep and asleep[0][0] < time.monotonic():
            send(asleep.pop(0)[1])


def percentile(times, share):
    """Of times in seconds; in milliseconds."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1e3, 2)
