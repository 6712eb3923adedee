# What Gotify's documentation tells people to type, with the machine's curl and wget.
# shellcheck shell=bash
set -euo pipefail
message=$GOTIFY_URL/message

fail() { echo "curl: $*" >&2; exit 1; }
# The answer's members that a step compares, one per line.
members() { python3 -c 'import json, sys; print(*map(json.loads(sys.argv[1]).get, ("message", "title", "priority")), sep="\n")' "$1"; }
# step NAME ANSWER MESSAGE TITLE PRIORITY: checks the answer, and that the newest message in the list is that one.
step() {
  local name=$1 answer=$2 newest
  [ "$(members "$answer")" = "$3"$'\n'"$4"$'\n'"$5" ] || fail "$name: $answer"
  newest=$(curl -fsS -H "X-Gotify-Key: $GOTIFY_CLIENT_TOKEN" "$message?limit=1")
  [[ $newest == *"$answer"* ]] || fail "$name: the list's newest is $newest, not $answer"
  echo "passed: $name"
}

step multipart "$(curl -fsS "$message?token=$GOTIFY_APP_TOKEN" -F 'title=my title' -F 'message=my message' -F 'priority=5')" \
  'my message' 'my title' 5
step urlencoded "$(curl -fsS -d 'title=disk' -d 'message=/ is full' -d priority=8 "$message?token=$GOTIFY_APP_TOKEN")" \
  '/ is full' disk 8
step 'urlencoded with --data-urlencode' "$(curl -fsS -H "X-Gotify-Key: $GOTIFY_APP_TOKEN" --data-urlencode 'message=a+b & c=d; é' "$message")" \
  'a+b & c=d; é' backups 5
step json "$(curl -fsS -H 'Content-Type: application/json' -H "Authorization: Bearer $GOTIFY_APP_TOKEN" \
  --data '{"message": "Hello: ![](https://gotify.net/img/logo.png)", "title": "My Title", "priority":5, "extras": {"client::display": {"contentType": "text/markdown"}}}' \
  "$message")" 'Hello: ![](https://gotify.net/img/logo.png)' 'My Title' 5
step 'query only' "$(curl -fsS -X POST "$message?token=$GOTIFY_APP_TOKEN&title=q&message=from+the%20query&priority=2")" 'from the query' q 2
big=$(printf 'x%.0s' {1..60000})
step 'a body that curl asks for first' "$(printf %s "$big" | curl -fsS -H 'Expect: 100-continue' -H "X-Gotify-Key: $GOTIFY_APP_TOKEN" \
  -F 'message=<-' "$message")" "$big" backups 5
step 'HTTP/1.0' "$(curl -fsS --http1.0 -H "X-Gotify-Key: $GOTIFY_APP_TOKEN" -d 'message=old' "$message")" old backups 5
step 'base URL with a slash' "$(curl -fsS -H "X-Gotify-Key: $GOTIFY_APP_TOKEN" -d 'message=slash' "$GOTIFY_URL//message")" slash backups 5
step 'wget --post-data' "$(wget -q "$message?token=$GOTIFY_APP_TOKEN" --post-data 'title=wget&message=from wget&priority=5' -O-)" 'from wget' wget 5
step 'Basic and appid' "$(curl -fsS -u "$GOTIFY_USER:$GOTIFY_PASSWORD" -d "message=by user&appid=$GOTIFY_APP_ID" "$message")" 'by user' backups 5

# As in docs/sending.md.
once() {
  curl -fsS --retry 8 --retry-all-errors --max-time 10 "$message" -H "X-Gotify-Key: $GOTIFY_APP_TOKEN" -H "Idempotency-Key: $key" \
    -H 'Content-Type: application/json' -d '{"title":"Backup","message":"done","priority":5}'
}
key=$(cat /proc/sys/kernel/random/uuid)
first=$(once)
step 'the same again with an Idempotency-Key' "$(once)" done Backup 5
[ "$(once)" = "$first" ] || fail "a retry is answered with $(once), not $first"

code=0
refused=$(curl -sS -o - -w '\n%{http_code}' "$message?token=wrong" -F message=x)
[ "${refused##*$'\n'}" = 401 ] || fail "a wrong token: $refused"
curl -fsS -o /dev/null "$message?token=wrong" -F message=x 2>/dev/null || code=$?
[ "$code" = 22 ] || fail "curl --fail ends with 22 for a wrong token, not with $code"
echo "passed: a wrong token is refused"

# 30 MB that the server does not take: asked for first, sent at once, in chunks.
head -c 30000000 /dev/zero >large
for header in 'Expect: 100-continue' 'Expect:' 'Transfer-Encoding: chunked'; do
  refused=$(curl -sS -o /dev/null -w '%{http_code}' -H "$header" --data-binary @large "$message?token=wrong")
  [ "$refused" = 401 ] || fail "30 MB with a wrong token, $header: $refused"
done
rm large
echo "passed: a wrong token is refused whatever the body"
