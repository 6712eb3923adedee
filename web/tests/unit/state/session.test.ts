import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {openPage, settle, type Page} from '../support/page';

let page: Page;
let session: typeof import('../../../src/state/session');
let strip: typeof import('../../../src/state/strip');
const anna = {id: 3, name: 'anna', admin: false, clientId: 9};
const bad = (status: number, text: string, headers: Record<string, string> = {}) => ({status, headers, json: {errorDescription: text}});

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  page = openPage();
  session = await import('../../../src/state/session');
  strip = await import('../../../src/state/strip');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const on = (method: string, path: string, answer: object | 'unreachable') => page.answer((asked) => asked.method === method && asked.path === path ? answer as never : undefined);
const come = async () => {
  on('GET', 'current/user', {json: anna});
  await session.start();
};

describe('start', () => {
  test('signed in', async () => {
    on('GET', 'gotifyinfo', {json: {version: '3', register: true, oidc: false}});
    await come();
    await settle();
    expect([session.phase.value, session.user.value, session.info.value?.register]).toEqual(['in', anna, true]);
  });
  test('signed out', async () => {
    on('GET', 'current/user', bad(401, 'x'));
    await session.start();
    expect([session.phase.value, session.user.value]).toEqual(['out', null]);
  });
  test('without the server: the last user, and again later', async () => {
    await come();
    vi.resetModules();
    const later = await import('../../../src/state/session');
    on('GET', 'current/user', 'unreachable');
    await later.start();
    expect([later.phase.value, later.user.value?.name]).toEqual(['in', 'anna']);
    on('GET', 'current/user', bad(401, 'x'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(later.phase.value).toBe('expired');
  });
  test('without the server and without a last user: it keeps asking', async () => {
    on('GET', 'current/user', bad(503, 'busy', {'Retry-After': '9'}));
    await session.start();
    expect(session.phase.value).toBe('starting');
    expect(strip.strip.value).toMatchObject({kind: 'busy', retryAt: Date.now() + 9000});
    on('GET', 'current/user', {json: anna});
    await vi.advanceTimersByTimeAsync(8999);
    expect(session.phase.value).toBe('starting');
    await vi.advanceTimersByTimeAsync(1);
    expect(session.phase.value).toBe('in');
  });
});

test('login, with the name of the device', async () => {
  on('POST', 'auth/local/login', bad(401, 'invalid credentials'));
  expect(await session.login('anna', 'x')).toMatchObject({ok: false, status: 401});
  expect(session.phase.value).toBe('starting');
  on('POST', 'auth/local/login', {json: anna});
  await session.login('anna', 'y');
  expect(session.phase.value).toBe('in');
  expect(page.find('POST', 'auth/local/login')[1]).toMatchObject({body: {name: 'Firefox, Linux'}});
});

test.each([['Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36', 'Chrome, Android'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari, iPhone'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge, Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 'Safari, macOS'], ['curl', 'Browser']])(
  '%s', (agent, name) => expect(session.deviceName(agent)).toBe(name));

test('register signs in', async () => {
  on('POST', 'user', {json: {id: 4, name: 'b', admin: false}});
  on('POST', 'auth/local/login', {json: {...anna, id: 4}});
  expect(await session.register('b', 'p')).toMatchObject({ok: true});
  expect(session.phase.value).toBe('in');
});

describe('request', () => {
  beforeEach(come);

  test('a session that has ended stays on the page', async () => {
    on('GET', 'application', bad(401, 'x'));
    expect(await session.request('GET', 'application')).toMatchObject({ok: false, status: 401});
    expect([session.phase.value, session.user.value?.name]).toEqual(['expired', 'anna']);
  });

  test('one dialog for all that need the password, then each is repeated', async () => {
    let elevated = false;
    page.answer(({method}) => method === 'DELETE' ? elevated ? {} : bad(403, 'session not elevated, use basic auth or call /client:elevate') : undefined);
    page.answer(({path}) => path === 'client/9/elevate' ? {status: 204} : undefined);
    on('GET', 'current/user', {json: {...anna, elevatedUntil: new Date(Date.now() + 3600_000).toISOString()}});
    const both = Promise.all([session.request('DELETE', 'client/1'), session.request('DELETE', 'client/2')]);
    await settle();
    const open = session.elevation.value!;
    expect(open).not.toBe(null);
    elevated = true;
    expect(await session.elevate('pass')).toMatchObject({ok: true});
    expect(session.elevatedUntil.value).toBeGreaterThan(0);
    open.resolve(true);
    expect(await both).toEqual([{ok: true, value: undefined}, {ok: true, value: undefined}]);
    expect(page.find('DELETE', 'client/1').length).toBe(2);
    expect(session.elevation.value).toBe(null);
    expect(page.find('POST', 'client/9/elevate')[0]!.headers.get('Authorization')).toBe(`Basic ${btoa('anna:pass')}`);
  });

  test('a dialog that is closed leaves the refusal, and the next one asks again', async () => {
    on('DELETE', 'client/1', bad(403, 'session not elevated'));
    for (let i = 0; i < 2; ++i) {
      const asked = session.request('DELETE', 'client/1');
      await settle();
      session.elevation.value!.resolve(false);
      expect(await asked).toMatchObject({ok: false, status: 403});
    }
    expect(page.find('DELETE', 'client/1').length).toBe(2);
  });

  test('other refusals open nothing', async () => {
    on('GET', 'user', bad(403, 'you are not allowed to access this api'));
    await session.request('GET', 'user');
    expect(session.elevation.value).toBe(null);
  });

  test('busy and full stand in the strip', async () => {
    on('GET', 'a', bad(503, 'busy', {'Retry-After': '4'}));
    await session.request('GET', 'a');
    expect(strip.strip.value).toEqual({kind: 'busy', retryAt: Date.now() + 4000});
    await vi.advanceTimersByTimeAsync(4000);
    expect(strip.strip.value).toBe(null);
    on('GET', 'a', bad(507, 'database: the disk is full'));
    await session.request('GET', 'a');
    expect(strip.strip.value).toEqual({kind: 'full'});
    on('GET', 'a', {json: 1});
    await session.request('GET', 'a');
    expect(strip.strip.value).toBe(null);
  });

  test('a message is repeated under one key; nothing else is', async () => {
    let left = 2;
    page.answer(({path}) => path === 'message' ? left-- > 0 ? 'unreachable' : {json: {id: 1}} : undefined);
    const sent = session.request('POST', 'message', {body: {message: 'x'}});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await sent).toMatchObject({ok: true});
    const keys = page.find('POST', 'message').map((one) => one.headers.get('Idempotency-Key'));
    expect([keys.length, new Set(keys).size, keys[0]!.length]).toEqual([3, 1, 32]);
    on('POST', 'application', 'unreachable');
    expect(await session.request('POST', 'application')).toMatchObject({status: 0});
    expect(page.find('POST', 'application').length).toBe(1);
  });

  test('a message that is refused is not repeated', async () => {
    on('POST', 'message', bad(400, 'appid not found'));
    expect(await session.request('POST', 'message')).toMatchObject({status: 400});
    expect(page.find('POST', 'message').length).toBe(1);
  });
});

test('leaving: first what waits, then the session', async () => {
  await come();
  const order: string[] = [];
  session.onLeave(async () => { await Promise.resolve(); order.push('flush'); });
  session.onLeave(() => { throw new Error('a fault here does not keep anybody in'); });
  page.answer(({path}) => { order.push(path); return path === 'auth/logout' ? {} : undefined; });
  await session.logout();
  expect(order).toEqual(['flush', 'auth/logout']);
  expect([session.phase.value, session.user.value]).toEqual(['out', null]);
  expect([...page.storage.items.keys()]).toEqual([]);
});
