"""A push service over TLS, and browsers that subscribe at it. What arrives is decrypted by http_ece and its token verified by
cryptography, neither of which shares code with the server."""

import base64
import datetime
import http.server
import ipaddress
import json
import os
import ssl
import threading
import time

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

from lib.wire import Failure, expect

LIMIT = 4096  # bytes of a push


def to_text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def to_bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key):
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def certify(folder):
    """A CA, and a certificate of 127.0.0.1 by it: paths of the CA's file, and of certificate and key."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def make(name, issuer, key, signer, authority):
        made = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=2))
                .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
        if not authority:
            made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca, own = os.path.join(folder, "ca.pem"), os.path.join(folder, "service.pem")
    with open(ca, "wb") as out:
        out.write(make(named("test CA"), named("test CA"), root, root, True))
    with open(own, "wb") as out:
        out.write(make(named("127.0.0.1"), named("test CA"), leaf, root, False))
        out.write(leaf.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ca, own


class Browser:
    """Its endpoint is at a push service; answers are (status, headers) for the next pushes, or None to hang; then 201."""

    def __init__(self, service, name):
        self.service, self.name = service, name
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        self.endpoint = f"{service.origin}/push/{name}"
        self.answers = []
        self.tries = []  # (time.monotonic(), status) of each push
        self.messages = []  # accepted, as JSON, in order
        self.headers = None  # of the last one
        service.browsers[f"/push/{name}"] = self

    def subscription(self, **filters):
        keys = {"p256dh": to_text(point(self.private)), "auth": to_text(self.secret)}
        return {"endpoint": self.endpoint, "keys": keys, **filters}

    def subscribe(self, api, **filters):
        return api.call("PUT", "/webpush/subscription", self.subscription(**filters))

    def read(self, body):
        return http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")


class PushService:
    def __init__(self, folder):
        self.browsers = {}
        self.key = None  # the server's, as GET /webpush/key says
        self.wrong = []
        self.closing = threading.Event()
        self.ca, own = certify(folder)
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                try:
                    service.take(self)
                except Exception as error:  # noqa: BLE001 - told to the test, which is on another thread
                    service.wrong.append(f"{type(error).__name__}: {error}")
                    raise

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.origin = f"https://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.closing.set()
        self.http.shutdown()
        self.http.server_close()

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        browser = self.browsers[request.path]
        self.check(request.headers, body)
        answer = browser.answers.pop(0) if browser.answers else (201, {})
        browser.tries.append((time.monotonic(), answer and answer[0]))
        if answer is None:
            self.closing.wait()
            return
        status, headers = answer
        if status == 201:
            browser.headers = request.headers
            browser.messages.append(json.loads(browser.read(body)))
        request.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            request.send_header(name, value)
        request.end_headers()

    def check(self, headers, body):
        expect(headers["Content-Encoding"], "aes128gcm", "Content-Encoding")
        expect(headers["TTL"], "86400", "TTL")
        expect(headers["Topic"], None, "Topic")
        if len(body) > LIMIT:
            raise Failure(f"a push of {len(body)} bytes")
        scheme, _, rest = headers["Authorization"].partition(" ")
        expect(scheme, "vapid", "scheme of Authorization")
        parameters = dict(part.strip().split("=", 1) for part in rest.split(","))
        expect(parameters["k"], self.key, "key of the token")
        head, claims, signature = parameters["t"].split(".")
        expect(json.loads(to_bytes(head)), {"typ": "JWT", "alg": "ES256"}, "head of the token")
        both = to_bytes(signature)
        expect(len(both), 64, "bytes of the signature")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to_bytes(parameters["k"]))
        der = utils.encode_dss_signature(int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big"))
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        said = json.loads(to_bytes(claims))
        expect(said["aud"], self.origin, "aud of the token")
        if not time.time() < said["exp"] <= time.time() + 86400:
            raise Failure(f"exp of the token: {said['exp']}")
        if not said["sub"].startswith("mailto:"):
            raise Failure(f"sub of the token: {said['sub']}")
