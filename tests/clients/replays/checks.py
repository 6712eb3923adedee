"""What statically typed receivers demand of the JSON: these keys, of these types."""

import datetime
import re

from lib.wire import Failure, expect, raw

KEYS = {
    "application": {"id": int, "token": str, "name": str, "description": str, "internal": bool, "image": str, "defaultPriority": int},
    "client": {"id": int, "token": str, "name": str},
    "message": {"id": int, "appid": int, "message": str, "title": str, "priority": int, "date": str},
}


def strict(kind, objects):
    """The objects, if each has the mandatory keys of its kind."""
    if not isinstance(objects, list) or not objects:
        raise Failure(f"a list of at least one {kind} expected, got {objects!r}")
    for each in objects:
        for key, wanted in KEYS[kind].items():
            expect(type(each.get(key)), wanted, f"type of {key} of {kind} {each}")
    return objects


def iso_date(text):
    """RFC 3339 with up to nine digits of fraction, which Python reads six of."""
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", text)
    if not parts:
        raise Failure(f"not a date of RFC 3339: {text}")
    fraction = (parts[2] or ".0")[:7]
    return datetime.datetime.fromisoformat(parts[1] + fraction.ljust(7, "0") + parts[3].replace("Z", "+00:00"))


def rest(url, method, target, headers, body=b""):
    """The JSON of a 200, or None for a 200 without a body."""
    answer = raw(url, method, target, headers, body)
    expect(answer.status, 200, f"status of {method} {target} ({answer.body[:200]!r})")
    expect(answer.header("Content-Type"), "application/json", f"Content-Type of {method} {target}")
    return answer.json() if answer.body else None
