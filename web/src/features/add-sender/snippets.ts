// Examples with the address, the token and the name filled in. They are run as they stand, so every value is quoted.

export interface Sender { url: string; token: string; name: string }

/** One word of a POSIX shell, whatever is in it. A shell cannot hold a NUL. */
export function shellQuote(text: string): string {
  return `'${text.replace(/\0/g, '').replace(/'/g, `'\\''`)}'`;
}

/** A string of Python's. JSON's escapes are Python's, too, and what JSON does not escape Python takes as it is. */
export function pythonQuote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A comment of one line cannot end before the name does. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ');
}

// --data-urlencode with "message=" takes the rest as it is; -F and -d would read a file after an @.
export function curl({ url, token, name }: Sender): string {
  return [
    `curl -fsS ${shellQuote(`${url}message`)} \\`,
    `  -H ${shellQuote(`X-Gotify-Key: ${token}`)} \\`,
    `  --data-urlencode ${shellQuote(`message=Hello from ${oneLine(name)}`)} \\`,
    `  -d priority=5`,
  ].join('\n');
}

export function shell({ url, token, name }: Sender): string {
  return [
    '#!/bin/sh',
    `# notify "text" ["title"] [priority]: sends as ${oneLine(name)}; repeats if the answer is lost, and sends once`,
    'notify() {',
    '  key=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)',
    `  curl -fsS --retry 5 --retry-all-errors --max-time 10 -o /dev/null ${shellQuote(`${url}message`)} \\`,
    `    -H ${shellQuote(`X-Gotify-Key: ${token}`)} -H "Idempotency-Key: $key" \\`,
    '    --data-urlencode "message=$1" --data-urlencode "title=${2-}" -d "priority=${3-5}"',
    '}',
    '',
    'notify "Backup done on $(uname -n)"',
  ].join('\n');
}

export function python({ url, token, name }: Sender): string {
  return [
    'import json, urllib.request',
    '',
    `def notify(message, title=${pythonQuote(name)}, priority=5):`,
    '    request = urllib.request.Request(',
    `        ${pythonQuote(`${url}message`)},`,
    '        json.dumps({"message": message, "title": title, "priority": priority}).encode(),',
    `        {"Content-Type": "application/json", "X-Gotify-Key": ${pythonQuote(token)}})`,
    '    urllib.request.urlopen(request, timeout=10)',
    '',
    'notify("Backup done")',
  ].join('\n');
}

/** The address for a program that can only be given one; the token is a part of it. */
export function webhook({ url, token }: Sender): string {
  return `${url}message?token=${encodeURIComponent(token)}`;
}

export const webhookBody = '{"title": "Backup", "message": "Done", "priority": 5}';

/** Uptime Kuma adds "/message" itself. */
export function kumaUrl({ url }: Sender): string {
  return url.replace(/\/+$/, '');
}
