import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import {curl, kumaUrl, python, pythonQuote, shell, shellQuote, webhook} from '../../../src/features/add-sender/snippets';

const nasty = [
  'backup', "it's", '$(touch /tmp/x)', '`id`', 'a "b" \\ c', '$HOME ${x} !!', '; rm -rf /', 'new\nline', '-n', '@/etc/passwd',
  'grün 日本 😀', '', "'''", "\\'", '%s %d', 'tab\there', '#no comment', '{"a":1}',
];
const sender = { url: 'https://push.example/sub/', token: 'A.b-c_d', name: 'backup' };

// Stands in for curl: prints its arguments, each ended by a NUL.
const fake = "curl() { for a in \"$@\"; do printf '%s\\000' \"$a\"; done; }\n";
const argumentsOf = (script: string): string[] => execFileSync('sh', ['-c', fake + script]).toString().split('\0').slice(0, -1);

describe('shellQuote', () => {
  it.each(nasty)('is one word with the same text: %j', (text) => {
    expect(execFileSync('sh', ['-c', `printf '%s.' ${shellQuote(text)}`]).toString()).toBe(`${text}.`);
  });
  it('drops what no shell can hold', () => expect(shellQuote('a\0b')).toBe("'ab'"));
});

describe('curl', () => {
  it.each(nasty)('sends to the address with the token, whatever the name is: %j', (name) => {
    const said = argumentsOf(curl({ ...sender, name }));
    expect(said[0]).toBe('-fsS');
    expect(said[1]).toBe('https://push.example/sub/message');
    expect(said[3]).toBe('X-Gotify-Key: A.b-c_d');
    expect(said[5]).toBe(`message=Hello from ${name.replace(/[\n\t]/g, ' ')}`);
    expect(said).toHaveLength(8);
  });
  it.each(nasty)('quotes the token: %j', (token) => {
    expect(argumentsOf(curl({ ...sender, token }))[3]).toBe(`X-Gotify-Key: ${token}`);
  });
});

describe('shell', () => {
  it.each(nasty)('is a script that sends, whatever the name is: %j', (name) => {
    const said = argumentsOf(shell({ ...sender, name }));
    expect(said).toContain('https://push.example/sub/message');
    expect(said).toContain('X-Gotify-Key: A.b-c_d');
    expect(said.some((one) => /^Idempotency-Key: [0-9a-f-]{36}$/i.test(one))).toBe(true);
    expect(said.some((one) => one.startsWith('message=Backup done on '))).toBe(true);
    expect(said.slice(-3)).toEqual(['title=', '-d', 'priority=5']);
  });
});

// Python that parses all examples and prints the strings in each; nothing is sent.
const read = `import ast, json, sys
print(json.dumps([[n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)] for text in json.load(sys.stdin)]))`;
const stringsOf = (programs: string[]): unknown[][] =>
  JSON.parse(execFileSync('python3', ['-c', read], { input: JSON.stringify(programs) }).toString());

describe('python', () => {
  it('is a program that holds the name, whatever it is', () => {
    stringsOf(nasty.map((name) => python({ ...sender, name }))).forEach((strings, i) => {
      expect(strings).toEqual(expect.arrayContaining([nasty[i], 'https://push.example/sub/message', 'A.b-c_d']));
    });
  });
  it('escapes what ends a line in JavaScript only', () => expect(pythonQuote('a\u2028b')).toBe('"a\\u2028b"'));
});

describe('webhook', () => {
  it('escapes the token in the address', () => {
    expect(webhook({ ...sender, token: 'A b&c' })).toBe('https://push.example/sub/message?token=A%20b%26c');
  });
  it('gives Uptime Kuma the address of the server', () => expect(kumaUrl(sender)).toBe('https://push.example/sub'));
});
