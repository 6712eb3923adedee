import 'fake-indexeddb/auto';
import {IDBFactory} from 'fake-indexeddb';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {message, openPage, serve, type FakeSocket, type Page} from '../support/page';

let page: Page;
let stock: ReturnType<typeof message>[];
let user: {status?: number; json?: unknown} | 'unreachable';
let marks: {upTo: number; ids: number[]};
let session: typeof import('../../../src/state/session');
let messages: typeof import('../../../src/state/messages');
let reads: typeof import('../../../src/state/reads');
let undo: typeof import('../../../src/state/undo');
let stream: typeof import('../../../src/state/stream');

// IndexedDB needs real steps of the event loop, so only the clock and the timers that are long are not real.
async function settle(): Promise<void> {
  for (let i = 0; i < 30; ++i) {
    await new Promise<void>((done) => setImmediate(done));
    await vi.advanceTimersByTimeAsync(0);
  }
}
async function open(): Promise<void> {
  vi.resetModules();
  session = await import('../../../src/state/session');
  messages = await import('../../../src/state/messages');
  reads = await import('../../../src/state/reads');
  undo = await import('../../../src/state/undo');
  stream = await import('../../../src/state/stream');
  const {boot} = await import('../../../src/state/boot');
  await boot();
  await settle();
}
const socket = () => page.sockets.at(-1)!;
async function live(of: FakeSocket = socket(), more: object = {}): Promise<void> {
  of.say({event: 'open', head: stock.at(-1)?.id ?? 0, event_id: 5, epoch: 'e', complete: true, ...more});
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date']});
  vi.stubGlobal('indexedDB', new IDBFactory());
  page = openPage();
  stock = Array.from({length: 8}, (_, i) => message(i + 1));
  user = {json: {id: 3, name: 'anna', admin: false, clientId: 9}};
  marks = {upTo: 6, ids: []};
  serve(page, () => stock);
  page.answer(({method, path}) => {
    if (path === 'current/user') return user;
    if (path === 'application') return {json: []};
    if (path === 'message/read') return method === 'GET' ? {json: marks} : {};
    return path === 'auth/logout' || method === 'DELETE' ? {} : undefined;
  });
});
afterEach(() => {
  stream.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// What a page that is reloaded leaves: its storage and its database.
async function again(): Promise<void> {
  page.window.dispatchEvent(new Event('pagehide'));
  await settle();
  stream.stop();
  vi.clearAllTimers();
  const {storage} = page;
  page = openPage();
  page.storage.items = storage.items;
  serve(page, () => stock);
  page.answer(({method, path}) => {
    if (path === 'current/user') return user;
    if (path === 'application') return {json: []};
    if (path === 'message/read') return method === 'GET' ? {json: marks} : {};
    return method === 'DELETE' ? {} : undefined;
  });
  await open();
}

test('the first time: from now on, then the list and the marks', async () => {
  await open();
  expect([session.phase.value, socket().query.get('since_id')]).toEqual(['in', 'latest']);
  expect(page.find('GET', 'message')).toEqual([]);
  await live();
  expect(messages.visible.value).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  expect(reads.total.value).toBe(2);
  expect(page.find('GET', 'application').length).toBe(1);
});

test('the list waits for the stream, but not for long; then nothing falls between them', async () => {
  await open();
  void messages.loadMore();  // as the page does when it is shown
  await vi.advanceTimersByTimeAsync(1499);
  await settle();
  expect([page.find('GET', 'message').length, messages.loading.value]).toEqual([0, true]);
  await vi.advanceTimersByTimeAsync(1);
  await settle();
  expect(messages.visible.value[0]).toBe(8);
  stock = [...stock.slice(1), message(9)];  // before the stream begins
  await live();
  expect(messages.visible.value).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
});

test('later: what is kept is there at once, and only what is missing is asked for', async () => {
  await open();
  await live();
  await again();
  expect(messages.visible.value.length).toBe(8);
  expect(reads.total.value).toBe(2);
  expect(socket().query.toString()).toBe('events=1&since_id=8&since_event=5&epoch=e');
  await live(socket(), {head: 9});
  socket().say({event: 'delete', event_id: 6, ids: [8]});
  socket().say({event: 'read', event_id: 7, upTo: 7});
  socket().say({event: 'message', message: message(9)});
  expect(messages.visible.value).toEqual([9, 7, 6, 5, 4, 3, 2, 1]);
  expect(page.find('GET', 'message')).toEqual([]);
  expect(messages.newSince.value).toMatchObject({id: 8});
});

test('a resumption that is not complete loads everything again', async () => {
  await open();
  await live();
  await again();
  stock = [message(7), message(20)];
  await live(socket(), {complete: false, head: 20});
  expect(messages.visible.value).toEqual([20, 7]);
  expect((await import('../../../src/state/announce')).polite.value).toBe('Reloaded: some changes were not followed');
});

test('what could not be loaded again is not kept as if it were complete', async () => {
  await open();
  await live();
  await again();
  page.answer(({method, path}) => method === 'GET' && path === 'message' ? 'unreachable' : undefined);
  await live(socket(), {complete: false, head: 20, event_id: 50});
  expect(messages.failed.value).not.toBe(null);
  await again();
  expect(socket().query.get('since_event')).toBe('5');
});

test('a session that ends keeps the page; the same user goes on', async () => {
  await open();
  await live();
  user = {status: 401, json: {}};
  socket().end();
  await settle();
  expect([session.phase.value, messages.visible.value.length]).toEqual(['expired', 8]);
  page.answer(({path}) => path === 'auth/local/login' ? {json: {id: 3, name: 'anna', admin: false, clientId: 10}} : undefined);
  await session.login('anna', 'x');
  await settle();
  expect([page.sockets.length, socket().query.get('since_id'), messages.visible.value.length]).toEqual([2, '8', 8]);
});

test('another user sees nothing of the first', async () => {
  await open();
  await live();
  session.sessionLost();
  page.answer(({path}) => path === 'auth/local/login' ? {json: {id: 4, name: 'b', admin: false, clientId: 11}} : undefined);
  await session.login('b', 'x');
  await settle();
  expect([messages.visible.value, reads.total.value, socket().query.get('since_id')]).toEqual([[], 0, 'latest']);
});

test('signing out sends what waits and leaves nothing', async () => {
  await open();
  await live();
  await vi.advanceTimersByTimeAsync(3000);
  messages.remove([8]);
  reads.seen(7);
  await session.logout();
  await settle();
  const order = page.asked.map((one) => `${one.method} ${one.path}`);
  expect(order.indexOf('DELETE message/8')).toBeGreaterThan(0);
  expect(order.indexOf('POST message/read')).toBeGreaterThan(0);
  expect(order.at(-1)).toBe('POST auth/logout');
  expect([...page.storage.items.keys()]).toEqual([]);
  const {load} = await import('../../../src/lib/db');
  expect(await load('3')).toBe(undefined);
  expect([messages.visible.value, undo.hidden.value.size, stream.stopped()]).toEqual([[], 0, true]);
});

test('a deletion that was not sent is done by the next page, and is not shown before', async () => {
  await open();
  await live();
  messages.remove([8]);
  page.answer(({method}) => method === 'DELETE' ? 'unreachable' : undefined);
  await again();
  expect(messages.visible.value[0]).toBe(7);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.find('DELETE', 'message/8').length).toBe(1);
});

test('while one is away: what comes is new since then', async () => {
  await open();
  await live();
  page.document.visibilityState = 'hidden';
  page.document.dispatchEvent(new Event('visibilitychange'));
  const left = Date.now();
  vi.setSystemTime(left + 20_000);
  socket().say({event: 'message', message: message(9)});
  socket().say({event: 'message', message: message(10)});
  page.document.visibilityState = 'visible';
  page.document.dispatchEvent(new Event('visibilitychange'));
  expect(messages.newSince.value).toEqual({id: 8, at: left});
  await vi.advanceTimersByTimeAsync(10_000);
  socket().say({event: 'message', message: message(11)});
  expect(messages.newSince.value).toEqual({id: 8, at: left});
});

test('nothing is new while one looks', async () => {
  await open();
  await live();
  await vi.advanceTimersByTimeAsync(11_000);
  socket().say({event: 'message', message: message(9)});
  expect(messages.newSince.value).toBe(null);
});

test('an application that is deleted takes its messages along', async () => {
  await open();
  await live();
  socket().say({event: 'application', id: 1, change: 'deleted'});
  expect(messages.visible.value).toEqual([]);
});
