"""Python's http.client, which sends the whole request before it reads: a refusal must not be lost to a reset."""

import http.client
import os
import urllib.parse

from lib.steps import step
from lib.wire import expect

LARGE = b"x" * 30_000_000
HOST = urllib.parse.urlsplit(os.environ["GOTIFY_URL"]).netloc


def post(target, body, **options):
    connection = http.client.HTTPConnection(HOST, timeout=30)
    connection.request("POST", target, body=body, **options)
    return connection.getresponse()


with step("30 MB with a wrong token"):
    expect(post("/message?token=wrong", LARGE).status, 401, "status")
with step("the same in chunks"):
    pieces = iter([LARGE[:1_000_000]] * 30)
    expect(post("/message?token=wrong", pieces, encode_chunked=True, headers={"Transfer-Encoding": "chunked"}).status, 401, "status")
with step("30 MB with a good token"):
    answer = post(f"/message?token={os.environ['GOTIFY_APP_TOKEN']}", LARGE)
    expect(answer.status, 413, "status")
    expect(b"server.http.messagelimit" in answer.read(), True, "the key in the answer")
