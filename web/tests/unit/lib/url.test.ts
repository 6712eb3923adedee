import {beforeEach, expect, test, vi} from 'vitest';
import {isOurScript} from '../../../src/lib/trusted';
import {here, isClickable, isSafeLink, linkify} from '../../../src/lib/url';

beforeEach(() => vi.stubGlobal('document', {baseURI: 'https://push.example/sub/index.html?x=1#/a'}));

test.each(['http://a.example', 'HTTPS://a.example/x?y#z', 'mailto:a@b.c', 'tel:+491234', ' https://a.example\n'])('%s is a safe link', (url) => expect(isSafeLink(url)).toBe(true));
test.each(['javascript:alert(1)', ' java\tscript:alert(1)', 'JaVaScRiPt:1', '\u0001javascript:1', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd',
  'blob:https://a/b', 'ftp://a', '/relative', 'a.example', '', 'http://', 'java\u200bscript:alert(1)', 'intent://x'])('%j is not', (url) => expect(isSafeLink(url)).toBe(false));

test.each([['https://a.example', 'yes'], ['mailto:a@b.c', 'yes'], ['myapp://open', 'ask'], ['intent://x#Intent;end', 'ask'], ['javascript:alert(1)', 'no'],
  ['java\nscript:alert(1)', 'no'], ['my\tapp://x', 'no'], ['\u0001myapp://x', 'no'], [' javascript:alert(1)', 'no'], ['data:text/html,x', 'no'], ['vbscript:x', 'no'], ['blob:https://a/b', 'no'], ['file:///x', 'no'], ['/x', 'no'], ['', 'no']])(
  'a click on %j: %s', (url, is) => expect(isClickable(url)).toBe(is));

test.each([
  ['see https://a.example/x.', [{text: 'see '}, {url: 'https://a.example/x'}, {text: '.'}]],
  ['(https://a.example/b_(c))', [{text: '('}, {url: 'https://a.example/b_(c)'}, {text: ')'}]],
  ['https://a.example https://b.example!', [{url: 'https://a.example'}, {text: ' '}, {url: 'https://b.example'}, {text: '!'}]],
  ['<https://a.example>', [{text: '<'}, {url: 'https://a.example'}, {text: '>'}]],
  ['nothing here', [{text: 'nothing here'}]],
  ['xhttps://a.example', [{text: 'xhttps://a.example'}]],
  ['javascript:alert(1)', [{text: 'javascript:alert(1)'}]],
  ['', []],
])('%j', (text, pieces) => expect(linkify(text)).toEqual(pieces));

test('nothing of the text is lost', () => {
  const text = 'a https://x.example/?a=1&b=[2]… b http://y.example).\nhttps://z.example';
  expect(linkify(text).map((piece) => 'url' in piece ? piece.url : piece.text).join('')).toBe(text);
});

test('addresses keep the prefix of the proxy', () => {
  expect(here('stream')).toBe('https://push.example/sub/stream');
  expect(here()).toBe('https://push.example/sub/');
});

test('two scripts are trusted', () => {
  const base = 'https://push.example/sub/';
  for (const path of ['sw.js', 'static/app/worker-a1_B.js', 'static/app/markdown-x.js']) expect(isOurScript(base + path, base)).toBe(true);
  for (const url of ['https://evil.example/sw.js', `${base}image/sw.js`, `${base}static/app/evil.js`, `${base}sw.js?x`, `${base}static/app/worker-/../../x.js`, 'data:text/javascript,1'])
    expect(isOurScript(url, base)).toBe(false);
});
