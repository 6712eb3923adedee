"""A folder with some of everything in it, written over the API by whichever program runs."""

from lib.server import Api
from lib.wire import basic, expect, raw


def upload(url, application):
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="icon.gif"\r\nContent-Type: image/gif\r\n\r\n'
    answer = raw(url, "POST", f"/application/{application}/image", [basic("admin", "admin"), "Content-Type: multipart/form-data; boundary=b"],
                 head + "GIF89a\1\0\1\0\0\0\0\r\n--b--\r\n")
    expect(answer.status, 200, f"status of the upload ({answer.body[:200]!r})")


def fill(server):
    """Some of everything over the API. The client's token of the first and of the second user."""
    admin = server.api()
    first = admin.client("first")["token"]
    admin.call("POST", "/client", {"name": "expires", "expiresAfterInactivitySeconds": 86400})
    applications = [admin.application(f"app {number}", description="ü 🔴", defaultPriority=number - 1) for number in range(12)]
    admin.call("PUT", f"/application/{applications[3]['id']}", {"name": "moved", "sortKey": "Zz"})
    upload(server.url, applications[0]["id"])
    admin.call("DELETE", f"/application/{applications[5]['id']}")
    del applications[5]
    for number in range(60):
        body = {"message": f"message {number}\n<&> ü 🔴", "title": ["", "title"][number % 2], "priority": number % 11 - 1}
        if number % 3 == 0:
            body["extras"] = {"client::display": {"contentType": "text/markdown"}, "n": [1, 1.5, -7, None, True, {"b": "é", "a": {}}]}
        sender = Api(server.url, applications[number % 5]["token"])
        if number % 2 == 0:
            sender.headers.append(f"Idempotency-Key: fill-{number}")  # which Gotify does not know
        last = sender.call("POST", "/message", body)
    admin.call("DELETE", f"/message/{last['id']}")
    admin.call("POST", "/user", {"name": "second", "pass": "zweite", "admin": True})
    second = Api(server.url)
    second.headers = [basic("second", "zweite")]
    token = second.client("second's")["token"]
    application = second.application("second's")
    Api(server.url, application["token"]).call("POST", "/message", {"message": "for the second"})
    return first, token
