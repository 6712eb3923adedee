"""The schema of Gotify 3, with its ORM, drivers, models and start-up migration (go/gorm): on a database that the server wrote, and
the server on a database that they made. Usage: gorm_client.py [postgres]"""

import base64
import datetime
import json
import os
import subprocess
import sys

from lib.content import content, on_postgres
from lib.fill import fill
from lib.server import BUILD, Api, Server
from lib.steps import step
from lib.wire import Failure, expect
from replays.checks import iso_date


def gorm(command, database):
    done = subprocess.run([os.path.join(BUILD, "bin", "gorm"), command, database], capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr:
        raise Failure(f"gorm {command}: exit code {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def new_server(name):
    server = Server(name)
    return on_postgres(server, name) if sys.argv[1:] == ["postgres"] else server


def same_time(api, row, what):
    if api is None or row is None or row.startswith("0001-01-01"):
        expect(api, None, f"{what}, beside the row's {row}")
        expect(row in (None, "0001-01-01T00:00:00Z"), True, f"{what}: the row's {row} is none")
        return
    expect(iso_date(api).astimezone(datetime.timezone.utc), iso_date(row).astimezone(datetime.timezone.utc), what)


def compare(what, api, rows, fields, times, more=None):
    """Each object of the API beside its row. fields: member -> column."""
    expect([each["id"] for each in api], [row["ID"] for row in rows], f"ids of {what}")
    for each, row in zip(api, rows):
        for member, column in fields.items():
            expect(each[member], row[column], f"{member} of {what} {each['id']}")
        for member, column in times.items():
            same_time(each.get(member), row[column], f"{member} of {what} {each['id']}")
        if more:
            more(each, row)


def extras(message, row):
    raw_extras = base64.b64decode(row["Extras"]) if row["Extras"] else b""
    expect(message.get("extras"), json.loads(raw_extras) if raw_extras else None, f"extras of message {message['id']}")


def image(application, row):
    expect(application["image"], "image/" + row["Image"] if row["Image"] else "static/defaultapp.png",
           f"image of application {application['id']}")


def matches(url, credential, user_id, rows):
    """What the API says to that user is what the rows say, in number and in every column that the API shows."""
    api = Api(url, credential)
    applications = [row for row in rows["Applications"] if row["UserID"] == user_id]
    compare("application", api.call("GET", "/application"), sorted(applications, key=lambda row: row["SortKey"].encode()),
            {"name": "Name", "token": "Token", "description": "Description", "internal": "Internal", "sortKey": "SortKey",
             "defaultPriority": "DefaultPriority"}, {"createdAt": "CreatedAt", "lastUsed": "LastUsed"}, image)
    compare("client", api.call("GET", "/client"), [row for row in rows["Clients"] if row["UserID"] == user_id],
            {"name": "Name", "token": "Token", "expiresAfterInactivitySeconds": "ExpiresAfterInactivitySeconds"},
            {"createdAt": "CreatedAt", "expiresAt": "ExpiresAt", "elevatedUntil": "ElevatedUntil"})
    messages, since = [], 0
    while True:
        page = api.call("GET", f"/message?limit=200&since={since}")
        messages += page["messages"]
        since = page["paging"]["since"]
        if not since:
            break
    owned = {row["ID"] for row in applications}
    compare("message", messages[::-1], [row for row in rows["Messages"] if row["ApplicationID"] in owned],
            {"appid": "ApplicationID", "message": "Message", "title": "Title", "priority": "Priority"}, {"date": "Date"}, extras)


def users_match(url, credential, rows):
    compare("user", Api(url, credential).call("GET", "/user"), rows["Users"], {"name": "Name", "admin": "Admin"}, {"createdAt": "CreatedAt"})


own = new_server("gorm-own")
with own:
    with step("filled over the API"):
        first, second = fill(own)
with step("GORM's start-up migration changes nothing"):
    before = content(own.database).schema
    rows = gorm("read", own.database)
    expect(content(own.database).schema, before, "schema after the migration")
    expect([len(rows[table]) for table in ("Users", "Applications", "Clients", "Messages")], [2, 12, 3, 60], "rows")
    expect([bool(row["Image"]) for row in rows["Applications"][:2]], [True, False], "pictures")
    for user in rows["Users"]:
        expect(base64.b64decode(user["Pass"])[:7], b"$2a$04$", f"hash of user {user['ID']}")
with own:
    with step("every row is what the API says"):
        matches(own.url, first, 1, rows)
        matches(own.url, second, 2, rows)
        users_match(own.url, first, rows)

made_by_gorm = new_server("gorm-made")
with step("a database made by GORM"):
    made = gorm("write", made_by_gorm.database)
    before = content(made_by_gorm.database).schema
with made_by_gorm:
    with step("is served, every row"):
        matches(made_by_gorm.url, "Cgorm00001.0000", 1, made)
        users_match(made_by_gorm.url, "Cgorm00001.0000", made)
with step("and is as it was, but for indexes, notes and last uses"):
    kept = content(made_by_gorm.database).schema
    expect([entry for entry in before if entry not in kept], [], "what is gone from the schema")
    after = gorm("read", made_by_gorm.database)
    for client in after["Clients"]:
        client["LastUsed"] = [each["LastUsed"] for each in made["Clients"] if each["ID"] == client["ID"]][0]
    expect(after, made, "rows")
