"""The requests of programs that cannot be installed here, as they go out. A row: who, target, header lines, body, and what
the stored message must say. {token} is the application's token, {host} the server. Rows with no priority expect the
application's default, 5, and rows with no title its name, 'backups'."""

from dataclasses import dataclass


@dataclass
class Row:
    who: str
    target: str
    headers: list
    body: str
    message: str
    title: str = "backups"
    priority: int = 5
    extras: dict = None


QUERY = "/message?token={token}"
KEY = "X-Gotify-Key: {token}"
JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
MARKDOWN = {"client::display": {"contentType": "text/markdown"}}

AXIOS = ["Accept: application/json, text/plain, */*", JSON, "User-Agent: axios/1.7.9",
         "Accept-Encoding: gzip, compress, deflate, br", "Connection: close"]
GO = ["User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"]
REQUESTS = ["User-Agent: python-requests/2.32.3", "Accept-Encoding: gzip, deflate", "Accept: */*", "Connection: keep-alive"]
CURL = ["User-Agent: curl/8.5.0", "Accept: */*"]
BOUNDARY = "------------------------d74496d66958873e"


def multipart(boundary, **parts):
    rows = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts.items()]
    return "".join(rows) + f"--{boundary}--\r\n"


def json(who, target, headers, body, message, *rest, **more):
    typed = any(line.lower().startswith("content-type:") for line in headers)
    return Row(who, target, headers if typed else [*headers, JSON], body, message, *rest, **more)


SENDERS = [
    # Gotify's documentation
    Row("curl -F", QUERY, [*CURL, f"Content-Type: multipart/form-data; boundary={BOUNDARY}"],
        multipart(BOUNDARY, title="my title", message="my message", priority="5"), "my message", "my title"),
    Row("wget --post-data", QUERY, ["User-Agent: Wget/1.21.3", "Accept: */*", "Accept-Encoding: identity", "Connection: Keep-Alive", FORM],
        "title=my title&message=my message&priority=5", "my message", "my title"),
    json("HTTPie", QUERY, ["User-Agent: HTTPie/3.2.2", "Accept-Encoding: gzip, deflate, br", "Accept: application/json, */*;q=0.5", "Connection: keep-alive"],
         '{"title": "my title", "message": "my message", "priority": 2}', "my message", "my title", 2),
    Row("HTTPie --form", QUERY, ["User-Agent: HTTPie/3.2.2", "Accept: */*", FORM + "; charset=utf-8"],
        "message=my+message&priority=2", "my message", priority=2),
    json("requests.post(json=)", QUERY, REQUESTS, '{"message": "Well hello there.", "priority": 2, "title": "This is my title"}',
         "Well hello there.", "This is my title", 2),
    Row("http.PostForm", QUERY, [*GO, FORM], "message=My+Message&title=My+Title", "My Message", "My Title"),
    json("PHP curl", QUERY, ["Accept: */*", JSON + "; charset=utf-8"],
         '{"title":"my title","message":"my message","priority":5}', "my message", "my title"),
    Row("Invoke-RestMethod", QUERY, ["User-Agent: Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041", FORM,
                                     "Expect: 100-continue", "Connection: Keep-Alive"],
        "message=my+message&title=my+title&priority=5", "my message", "my title"),
    json("browser's fetch of the same origin", "/message", ["Origin: http://{host}", "Sec-Fetch-Site: same-origin", KEY, JSON],
         '{"message":"from a page","priority":0}', "from a page", priority=0),
    # gotify/cli and what is built on go-api-client
    json("gotify/cli", "/message", [*GO, "Accept: application/json", KEY],
         '{"date":"0001-01-01T00:00:00.000Z","extras":{},"message":"from the cli","priority":0,"title":"cli"}\n', "from the cli", "cli", 0),
    # Monitors
    json("Uptime Kuma", QUERY, AXIOS, '{"message":"[web] [🔴 Down] timeout","priority":8,"title":"Uptime-Kuma"}',
         "[web] [🔴 Down] timeout", "Uptime-Kuma", 8),
    json("Gatus", QUERY, GO, '{"message":"An alert for `web` has been triggered","title":"Gatus: core/web","priority":5}',
         "An alert for `web` has been triggered", "Gatus: core/web"),
    json("Healthchecks", QUERY, ["User-Agent: healthchecks.io", "Accept: */*"],
         '{"title": "db is DOWN", "message": "\\"db\\" is DOWN", "extras": {"client::display": {"contentType": "text/markdown"}}}',
         '"db" is DOWN', "db is DOWN", extras=MARKDOWN),
    json("Netdata", QUERY, CURL, '{"title":"cpu on node","message":"cpu is critical\\nat 12:00","priority":8}',
         "cpu is critical\nat 12:00", "cpu on node", 8),
    json("alertmanager_gotify_bridge", "/message", [*GO, KEY],
         '{"title":"[FIRING] disk","message":"disk full","priority":5,"extras":{}}', "disk full", "[FIRING] disk"),
    json("Falcosidekick", QUERY, ["User-Agent: Falcosidekick", "Accept-Encoding: gzip"],
         '{"priority":2,"title":"Falco - Error","message":"A shell was spawned","extras":{"client::display":{"contentType":"text/markdown"}}}\n',
         "A shell was spawned", "Falco - Error", 2, MARKDOWN),
    json("LibreNMS", "/message", ["User-Agent: LibreNMS", "Content-type: application/json", KEY],
         '{"title":"Alert","message":"Device down","priority":9,"extras":{"client::display":{"contentType":"text\\/markdown"}}}',
         "Device down", "Alert", 9, MARKDOWN),
    json("Proxmox VE", "/message", ["content-type: application/json", "x-gotify-key: {token}"],
         '{"title":"vzdump","message":"backup done","priority":1,"extras":{"client::display":{"contentType":"text/markdown"}}}',
         "backup done", "vzdump", 1, MARKDOWN),
    # Media
    Row("Sonarr form", QUERY, ["User-Agent: Sonarr/3.0.10.1567 (debian 12)", "Accept-Encoding: gzip", "Connection: Keep-Alive", FORM],
        "title=Sonarr%20-%20Episode%20Grabbed&message=A%20Show%20-%201x01&priority=5", "A Show - 1x01", "Sonarr - Episode Grabbed"),
    json("Radarr JSON", QUERY, ["User-Agent: Radarr/5.14.0.9383 (debian 12)", "Accept-Encoding: gzip, br"],
         '{"title":"Movie Grabbed","message":"A Movie","priority":5,"extras":{"client::display":{"contentType":"text/markdown"},'
         '"client::notification":{"bigImageUrl":"https://example.org/a.png","click":{"url":"https://example.org/"}}}}', "A Movie", "Movie Grabbed",
         extras={**MARKDOWN, "client::notification": {"bigImageUrl": "https://example.org/a.png", "click": {"url": "https://example.org/"}}}),
    json("Jellyseerr", QUERY, AXIOS, '{"extras":{"client::display":{"contentType":"text/markdown"},"client::notification":'
         '{"click":{"url":"https://example.org/movie/1"}}},"message":"**Requested By:** me  ","priority":0,"title":"A Movie"}',
         "**Requested By:** me  ", "A Movie", 0, {**MARKDOWN, "client::notification": {"click": {"url": "https://example.org/movie/1"}}}),
    json("Jellyfin webhook", QUERY, ["User-Agent: Jellyfin-Server/10.10.3", JSON + "; charset=utf-8"],
         '{"extras": {"client::display": {"contentType": "text/markdown"}}, "title": "Added", "message": "A Movie (2024)", "priority": 5}',
         "A Movie (2024)", "Added", extras=MARKDOWN),
    json(".NET JsonContent", QUERY, ["Transfer-Encoding: chunked", JSON + "; charset=utf-8"], '{"message":"in chunks"}', "in chunks"),
    json("Unpackerr", QUERY, GO, '{"title":"Unpackerr: extracted","message":"A Show","priority":5,"extras":{}}', "A Show", "Unpackerr: extracted"),
    # Houses, containers
    json("Home Assistant gotify", "/message", ["User-Agent: HomeAssistant/2026.10.1 aiohttp/3.12 Python/3.13", "Accept: */*", KEY],
         '{"message":"Window is open","title":"Home","priority":5,"extras":{"client::display":{"contentType":"text/plain"}}}',
         "Window is open", "Home", extras={"client::display": {"contentType": "text/plain"}}),
    json("Home Assistant notify.rest", QUERY, REQUESTS, '{"message": "Window is open", "title": "Home Assistant"}', "Window is open", "Home Assistant"),
    json("ioBroker", QUERY, AXIOS, '{"message":"Battery low","title":"ioBroker","priority":4,"extras":{"client::display":{"contentType":"text/plain"}}}',
         "Battery low", "ioBroker", 4, {"client::display": {"contentType": "text/plain"}}),
    Row("Diun", QUERY, ["User-Agent: diun/4.28.0 go/1.22.7 Linux", FORM, "Accept-Encoding: gzip"],
        "message=Docker+tag+alpine%3A3.20+has+been+released.&priority=1&title=alpine%3A3.20+released",
        "Docker tag alpine:3.20 has been released.", "alpine:3.20 released", 1),
    json("python-gotify", "/message", ["Accept: */*", "Accept-Encoding: gzip, deflate", "User-Agent: python-httpx/0.28.1", KEY],
         '{"message":"from python"}', "from python"),
    json("Apprise", "//message", [*REQUESTS[1:], "User-Agent: Apprise", KEY],
         '{"priority": 5, "title": "Apprise", "message": "base URL with a slash"}', "base URL with a slash", "Apprise"),
    json("shoutrrr with extras and date", QUERY, GO,
         '{"message":"m","title":"t","priority":-2,"date":"2001-01-01T00:00:00Z","extras":{"a":{"b":[1,null,true,"c"]}}}', "m", "t", -2,
         {"a": {"b": [1, None, True, "c"]}}),
]

# What the sender needs to be told apart from a success. status and errorDescription as Gotify's.
UNAUTHORIZED = "you need to provide a valid access token or user credentials to access this api"
REFUSED = [
    (json("Sonarr tests a wrong token", "/message?token=AAAAAAAAAAAAAAA", [], '{"message":"test"}', ""), 401, UNAUTHORIZED),
    (Row("Diun with a wrong token", "/message?token=AAAAAAAAAAAAAAA", [FORM], "message=test", ""), 401, UNAUTHORIZED),
    (json("priority as a string", QUERY, [], '{"message":"test","priority":"5"}', ""), 400,
     "json: cannot unmarshal string into Go struct field CreateMessage.priority of type int"),
    (Row("a form's priority is a word", QUERY, [FORM], "message=test&priority=high", ""), 400, 'strconv.ParseInt: parsing "high": invalid syntax'),
    (json("no message", QUERY, [], '{"title":"test"}', ""), 400, "Field 'message' is required"),
]
