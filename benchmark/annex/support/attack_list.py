"""The attacks. Each is bounded in count, size and time, and takes a Scene; the names are those of docs/security.md."""
import collections, json, selectors, socket, time

from program import HOST, JSON, UPGRADE, content_length, guess, head_of, key

MB = 1_000_000
PNG = b'\x89PNG\r\n\x1a\n'


class Scene:
    """What an attacker has: a port, an account of its own, some seconds; and what it was answered."""

    def __init__(self, port, account, seconds):
        self.port, self.account = port, account
        self.deadline = time.monotonic() + seconds
        self.seconds = seconds
        self.answers = collections.Counter()
        self.notes = []
        self.held = []

    def left(self):
        return max(0.05, self.deadline - time.monotonic())

    def rounds(self, count):
        """At most so many, spread over the time."""
        begin = time.monotonic()
        for number in range(count):
            time.sleep(max(0, begin + self.seconds * number / count - time.monotonic()))
            if time.monotonic() > self.deadline:
                break
            yield number

    def hold(self):
        time.sleep(max(0, self.deadline - time.monotonic()))

    def connect(self, receive_buffer=None):
        s = socket.socket()
        if receive_buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        s.settimeout(self.left())
        s.connect((HOST, self.port))
        self.held.append(s)
        return s

    def send(self, s, *parts):
        try:
            for part in parts:
                s.settimeout(self.left())
                s.sendall(part)
        except OSError:
            pass  # what the server said is counted by answer()

    def answer(self, s, name=''):
        """The head of the answer; its body stays unread. Returns (status or 0, length of the body)."""
        data = b''
        try:
            while b'\r\n\r\n' not in data:
                s.settimeout(self.left())
                part = s.recv(1024)
                if not part:
                    break
                data += part
        except TimeoutError:
            self.answers[name + 'no answer'] += 1
            return 0, 0
        except OSError:
            pass
        if b'\r\n\r\n' not in data:
            self.answers[name + 'closed'] += 1
            return 0, 0
        status, length = int(data.split()[1]), content_length(data.split(b'\r\n\r\n')[0])
        size = f' of {length / MB:.0f} MB' if length > MB else ''
        self.answers[f'{name}{status}{size}'] += 1
        return status, length

    def ask(self, method, target, headers=(), body=b'', name=''):
        """One request over a connection of its own, closed after the answer's head. Returns the status, 0 for none."""
        try:
            s = self.connect()
        except OSError:
            self.answers[name + 'not connected'] += 1
            return 0
        self.send(s, head_of(method, target, (*headers, f'Content-Length: {len(body)}')) + body)
        status = self.answer(s, name)[0]
        self.held.remove(s)
        s.close()
        return status

    def ask_largest(self, method, target, headers, body_of, sizes, name=''):
        """The first of the sizes that is accepted, and it; or None."""
        for size in sizes:
            if self.ask(method, target, headers, body_of(size), f'{name}{text_of(size)}: ') == 200:
                return size
        return None

    def post(self, body, name=''):
        return self.ask('POST', '/message', (JSON, key(self.account.application)), body, name)

    def post_largest(self, body_of, name):
        headers = (JSON, key(self.account.application))
        return self.ask_largest('POST', '/message', headers, body_of, (31 * MB, 8 * MB), name)

    def probe(self, text, method, target, headers=(), body=b''):
        """What somebody with good credentials is answered at the end."""
        counted, self.answers = self.answers, collections.Counter()
        self.deadline += 1
        self.ask(method, target, headers, body)
        self.deadline -= 1
        self.notes.append(f'{text}: {next(iter(self.answers))}')
        self.answers = counted


def text_of(size):
    return f'{size / MB:.0f} MB' if size >= MB else f'{size / 1000:.0f} KB' if size >= 1000 else f'{size} B'


def message_of(size):
    return b'{"message":"' + b'x' * size + b'"}'


def trailers(scene):
    fields = b'X: y\r\n' * (48 * MB // 6)
    for _ in scene.rounds(10):
        s = scene.connect()
        scene.send(s, head_of('GET', '/version', ('Transfer-Encoding: chunked',)) + b'0\r\n', fields, b'\r\n')
        scene.answer(s)
        s.close()


def users(scene):
    size = 31 * MB
    bodies = (('multipart/form-data; boundary=b', b'--b\r\n' + b'\xff' * size + b'\r\n\r\n\r\n--b--\r\n'),
              ('application/xml', b'<a><Admin>' + b'\x7f' * size + b'</Admin></a>'),
              ('application/x-www-form-urlencoded', b'admin=' + b'\0' * (10 * MB)),
              ('application/json', b'{"x":[' + b'1,' * (size // 2) + b'1]}'))
    for _ in scene.rounds(5):
        sent = []
        for kind, body in bodies:
            sent.append(scene.connect(4096))
            head = head_of('POST', '/user', (f'Content-Type: {kind}', f'Content-Length: {len(body)}'))
            scene.send(sent[-1], head, body)
        if max(scene.answer(s)[1] for s in sent) > MB:
            break  # the server holds enough
    scene.hold()


def passwords(scene):
    def answered(status):
        scene.answers[str(status)] += 1

    guess(scene.port, 200, lambda: time.monotonic() < scene.deadline, answered)


def log(scene):
    target = '/message?' + 'x' * 1000
    for _ in scene.rounds(50):
        s = scene.connect()
        for _ in range(100):
            scene.send(s, head_of('GET', target))
            if not scene.answer(s)[0]:
                break
        s.close()


def idle(scene):
    """A thousand connections that have asked once; those that were closed are replaced."""
    keep_open(scene, head_of('GET', '/version'))


def unfinished(scene):
    """The same with headers that do not end."""
    keep_open(scene, head_of('GET', '/version')[:-2])


def keep_open(scene, request):
    selector = selectors.DefaultSelector()
    for _ in scene.rounds(10):
        for _ in range(1000 - len(selector.get_map())):
            s = scene.connect()
            scene.send(s, request)
            selector.register(s, selectors.EVENT_READ)
        pause = time.monotonic() + 0.3
        while ready := selector.select(max(0, pause - time.monotonic())):
            for item, _ in ready:
                take(scene, selector, item.fileobj)
    scene.notes.append(f'{len(selector.get_map())} are open at the end')
    scene.probe('a new client', 'GET', '/version')


def take(scene, selector, s):
    try:
        data = s.recv(4096)
    except OSError:
        data = b''
    scene.answers[data.split()[1].decode() if data else 'closed'] += 1
    if not data:
        selector.unregister(s)
        scene.held.remove(s)
        s.close()


def bodies(scene):
    """Without credentials; the last byte is held back."""
    withhold(scene, 32 << 20)
    for size in (1000, 20_000, 300_000):
        scene.probe(f'a message of {text_of(size)}', 'POST', '/message', (JSON, key(scene.account.application)),
                    message_of(size))


def withhold(scene, size, most=1000, headers=()):
    """Bodies whose last byte is held back. A size that is refused is halved."""
    total = 0
    while size >= 16384 and len(scene.held) < most and time.monotonic() < scene.deadline:
        s = scene.connect()
        head = head_of('POST', '/message', (JSON, f'Content-Length: {size}', *headers))
        scene.send(s, head, b' ' * (size - 1))
        s.settimeout(0.1)
        try:
            s.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            scene.answers['body taken'] += 1
            total += size
            continue
        except OSError:
            pass
        scene.answer(s)
        size //= 2
    scene.notes.append(f'{text_of(total)} held')
    scene.hold()


def headers(scene):
    """1,500 headers that do not end."""
    for _ in range(1500):
        s = scene.connect()
        scene.send(s, head_of('GET', '/version')[:-2] + b''.join(b'X%d: %s\r\n' % (n, b'y' * 992) for n in range(60)))
    scene.hold()
    for s in scene.held:
        s.setblocking(False)
        try:
            scene.answers[s.recv(4096).split()[1].decode()] += 1
        except BlockingIOError:
            scene.answers['held'] += 1
        except (OSError, IndexError):
            scene.answers['closed'] += 1
    scene.probe('a message of 20 KB', 'POST', '/message', (JSON, key(scene.account.application)), message_of(20_000))


def pictures(scene):
    target = f'/application/{scene.account.application_id}/image'
    form = ('Content-Type: multipart/form-data; boundary=b', key(scene.account.client))
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG
    size = scene.ask_largest('POST', target, form, lambda size: part + b'\0' * size + b'\r\n--b--\r\n',
                             (30 * MB, 4 * MB), 'upload of ')
    s = scene.connect()
    scene.send(s, head_of('GET', '/application', ('Connection: close', key(scene.account.client))))
    image = json.loads(b''.join(iter(lambda: s.recv(65536), b'')).split(b'\r\n\r\n', 1)[1])[0]['image']
    for _ in range(40 if size else 0):
        s = scene.connect(4096)
        scene.send(s, head_of('GET', '/' + image))
        scene.answer(s, 'picture: ')
    scene.hold()


def sort_keys(scene):
    form = (JSON, key(scene.account.client))
    key_of = lambda size: json.dumps({'name': 'a', 'sortKey': 'x' * size}).encode()
    scene.ask_largest('POST', '/application', form, key_of, (20 * MB, 60_000, 250), 'key of ')
    for _ in scene.rounds(8):
        scene.ask('POST', '/application', form, b'{"name":"a"}', 'next: ')


def pages(scene):
    size = 25 * MB
    for _ in range(9):
        if scene.post(message_of(size), f'{text_of(size)}: ') == 413:
            size = 8 * MB
            scene.post(message_of(size), f'{text_of(size)}: ')
    for _ in range(3):
        s = scene.connect(4096)
        scene.send(s, head_of('GET', '/message', (key(scene.account.client),)))
        scene.answer(s, 'page: ')
    scene.hold()


def extras(scene):
    body_of = lambda value: lambda size: (b'{"message":"m","extras":{"a::b":[' + value * (size // len(value)) +
                                          value[:-1] + b']}}')
    for value in (b'{},', b'[],', b'1,'):
        if time.monotonic() < scene.deadline:
            scene.post_largest(body_of(value), value.decode() + ' ')
    scene.hold()


def names(scene):
    name_of = lambda size: json.dumps({'name': 'n' * size}).encode()
    form = (JSON, key(scene.account.client))
    scene.ask_largest('PUT', f'/application/{scene.account.application_id}', form, name_of, (31 * MB, 60_000, 1000),
                      'name of ')
    for _ in scene.rounds(5):
        scene.post(b'{"message":"m"}', 'message: ')


def streams(scene):
    for _ in range(300):
        s = scene.connect(4096)
        scene.send(s, head_of('GET', '/stream', (*UPGRADE, key(scene.account.client))))
        scene.answer(s, 'stream: ')
    scene.post_largest(message_of, 'message of ')
    for _ in range(20):
        scene.post(message_of(4000), 'message of 4 KB: ')
    scene.hold()


def large_json(scene):
    """250 connections, each of which sends a body that is wrong only at its end, and then the next one."""
    body = b'{"message":"' + b'\\u00e9' * 50_000
    head = head_of('POST', '/message', (JSON, f'Content-Length: {len(body)}', key(scene.account.application)))
    flood(scene, 250, head + body)


def many_pages(scene):
    """300 connections that ask for a page of 4 MB, read it and ask again."""
    for _ in range(5):
        scene.post(message_of(MB), 'message of 1 MB: ')
    flood(scene, 300, head_of('GET', '/message', (key(scene.account.client),)))


def flood(scene, connections, request):
    """Each connection sends the request again as soon as it has read the answer."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        s = scene.connect()
        scene.send(s, request)
        selector.register(s, selectors.EVENT_READ, [0])  # bytes of the answer's body that are yet to come
    while time.monotonic() < scene.deadline:
        for item, _ in selector.select(scene.left()):
            if read_on(scene, item) and item.data[0] == 0:
                scene.send(item.fileobj, request)
            elif item.data[0] < 0:
                selector.unregister(item.fileobj)


def read_on(scene, item):
    """Some more of an answer; whether there was any. A body of -1: closed."""
    try:
        data = item.fileobj.recv(1 << 18)
    except OSError:
        data = b''
    if not data:
        scene.answers['closed'] += 1
        item.data[0] = -1
        return False
    if item.data[0] == 0:
        head, data = data.split(b'\r\n\r\n', 1)
        item.data[0] = content_length(head)
        scene.answers[head.split()[1].decode()] += 1
    item.data[0] -= len(data)
    return True


def known_bodies(scene):
    """As S-9, by 40 connections of one token; others are asked by another token."""
    s = scene.connect()
    form = (JSON, key(scene.account.client), 'Connection: close')
    scene.send(s, head_of('POST', '/application', (*form, 'Content-Length: 14')) + b'{"name":"two"}')
    another = json.loads(b''.join(iter(lambda: s.recv(65536), b'')).split(b'\r\n\r\n', 1)[1])['token']
    withhold(scene, 8 << 20, 40, (key(scene.account.application),))
    for size in (1000, 20_000, 300_000):
        scene.probe(f'a message of {text_of(size)}', 'POST', '/message', (JSON, key(another)), message_of(size))


Attack = collections.namedtuple('Attack', ('what', 'run', 'descriptors', 'stalled_log'), defaults=(None, False))

ATTACKS = {
    'S-1': Attack('trailers of 48 MB', trailers),
    'S-2': Attack('`POST /user`, 31 MB in four formats, answers unread', users),
    'S-3': Attack('200 connections guess passwords', passwords),
    'S-7': Attack('5,000 requests of 1 KB while nobody reads the log', log, None, True),
    'S-8': Attack('1,000 idle connections, 1,024 descriptors', idle, 1024),
    'S-8h': Attack('the same, within a header', unfinished, 1024),
    'S-9': Attack('bodies whose last byte is held back', bodies),
    'S-9h': Attack('1,500 headers of 60 KB that do not end', headers),
    'S-10': Attack('40 unread answers of a picture', pictures),
    'A-1': Attack('a long sort key, then 8 applications', sort_keys),
    'A-2': Attack('9 large messages, 3 unread pages', pages),
    'A-3': Attack('`extras` of millions of values', extras),
    'A-4': Attack('an application with a long name, then 5 messages', names),
    'A-5': Attack('300 streams that do not read, one large message', streams),
    'A-6': Attack('250 connections send 300 KB of JSON that is wrong at its end', large_json),
    'A-7': Attack('300 connections ask for pages of 4 MB', many_pages),
    'A-8': Attack('40 bodies with a token, whose last byte is held back', known_bodies),
}
