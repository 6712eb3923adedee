import {beforeEach, expect, test, vi} from 'vitest';
import {basic, call, retryAfter} from '../../../src/lib/api';
import {openPage, type Page} from '../support/page';

let page: Page;
beforeEach(() => { page = openPage(); });

test('JSON, query and headers', async () => {
  page.answer(() => ({json: {a: 1}}));
  expect(await call('POST', 'message', {body: {b: 'ü'}, query: {x: 1, y: 'a b', z: undefined}, headers: {K: 'v'}, keepalive: true})).toEqual({ok: true, value: {a: 1}});
  const [asked] = page.asked;
  expect(asked).toMatchObject({method: 'POST', path: 'message', body: {b: 'ü'}, keepalive: true});
  expect([...asked!.query]).toEqual([['x', '1'], ['y', 'a b']]);
  expect(asked!.headers.get('Content-Type')).toBe('application/json');
  expect(asked!.headers.get('K')).toBe('v');
});

test('a name and a password that are not ASCII', async () => {
  page.answer(() => ({json: {}}));
  await call('GET', 'x', {basic: {name: 'jörg', pass: 'pä:ss€'}});
  const given = page.asked[0]!.headers.get('Authorization')!;
  expect(Buffer.from(given.slice('Basic '.length), 'base64').toString('utf8')).toBe('jörg:pä:ss€');
  expect(given).toBe(basic('jörg', 'pä:ss€'));
});

test('a form is sent as it is', async () => {
  page.answer(() => ({json: {}}));
  const body = new FormData();
  await call('POST', 'x', {body});
  expect(page.asked[0]!.body).toBe(body);
  expect(page.asked[0]!.headers.has('Content-Type')).toBe(false);
});

test('failures are results', async () => {
  page.answer(() => ({status: 400, json: {error: 'Bad Request', errorCode: 400, errorDescription: "Field 'name' is required"}}));
  expect(await call('GET', 'x')).toEqual({ok: false, status: 400, text: "Field 'name' is required"});
  page.answer(() => ({status: 502, text: '<html>proxy</html>'}));
  expect(await call('GET', 'x')).toEqual({ok: false, status: 502, text: 'HTTP 502'});
  page.answer(() => ({status: 503, json: {errorDescription: 'busy'}, headers: {'Retry-After': '7'}}));
  expect(await call('GET', 'x')).toEqual({ok: false, status: 503, text: 'busy', retryAfter: 7});
  page.answer(() => 'unreachable');
  expect(await call('GET', 'x')).toEqual({ok: false, status: 0, text: 'fetch failed'});
});

test('an empty answer and one that is not JSON', async () => {
  page.answer(() => ({}));
  expect(await call('DELETE', 'x')).toEqual({ok: true, value: undefined});
  page.answer(() => ({text: 'a: b'}));
  expect(await call('GET', 'x')).toEqual({ok: true, value: 'a: b'});
});

test('Retry-After', () => {
  const at = Date.parse('2026-06-01T00:00:00Z');
  expect([retryAfter(null), retryAfter('5'), retryAfter('Mon, 01 Jun 2026 00:00:30 GMT', at), retryAfter('Sun, 31 May 2026 00:00:00 GMT', at), retryAfter('soon')])
    .toEqual([undefined, 5, 30, 0, undefined]);
  vi.unstubAllGlobals();
});
