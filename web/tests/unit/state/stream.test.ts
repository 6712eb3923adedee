import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {message, openPage, settle, type FakeSocket, type Page} from '../support/page';

let page: Page;
let stream: typeof import('../../../src/state/stream');
let session: typeof import('../../../src/state/session');
let strip: typeof import('../../../src/state/strip');
let user: {status?: number; json?: unknown} | 'unreachable';

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  page = openPage();
  user = {json: {id: 3, name: 'anna'}};
  page.answer(({path}) => path === 'current/user' ? user : undefined);
  stream = await import('../../../src/state/stream');
  session = await import('../../../src/state/session');
  strip = await import('../../../src/state/strip');
  session.phase.value = 'in';
});
afterEach(() => {
  stream.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
const last = (of: FakeSocket[] = page.sockets) => of.at(-1)!;
const open = (socket: FakeSocket, more: object = {}) => socket.say({event: 'open', head: 10, event_id: 4, epoch: 'e', complete: true, ...more});

test('the address keeps the prefix and gives the places', () => {
  stream.start({head: 7, eventId: 3, epoch: 'k 1'});
  expect(last().url).toBe('wss://push.example/sub/stream?events=1&since_id=7&since_event=3&epoch=k+1');
});

test('events go to those who asked, until they end it; a fault of one does not matter to the others', () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
  const got: unknown[] = [];
  stream.on('message', () => { throw new Error('broken'); });
  const end = stream.on('message', (event) => got.push(event.message.id));
  stream.on('delete', (event) => got.push(event.ids));
  const openings: unknown[] = [];
  stream.onOpen((opening) => openings.push(opening));
  stream.start();
  open(last());
  last().say({event: 'message', message: message(11)});
  last().say({event: 'surprise'});
  last().say({event: 'delete', event_id: 5, ids: [11]});
  end();
  last().say({event: 'message', message: message(12)});
  expect(got).toEqual([11, [11]]);
  expect(openings).toEqual([{complete: true, restarted: false, first: true}]);
  expect(stream.places()).toEqual({head: 12, eventId: 5, epoch: 'e'});
  expect(complaint).toHaveBeenCalledTimes(2);
});

test('what is no frame is passed over', () => {
  stream.start();
  last().dispatchEvent(new MessageEvent('message', {data: '{'}));
  last().dispatchEvent(new MessageEvent('message', {data: 'null'}));
  open(last());
  expect(stream.status.value).toBe('live');
});

test('a break: asked, waited, resumed; the second failure stands in the strip', async () => {
  stream.start();
  open(last());
  user = 'unreachable';
  last().end();
  await settle();
  expect([stream.status.value, stream.retryAt.value, strip.strip.value]).toEqual(['waiting', Date.now() + 1000, null]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(last().query.get('since_id')).toBe('10');
  last().end();
  await settle();
  expect(strip.strip.value).toEqual({kind: 'reconnecting', retryAt: Date.now() + 2000});
  stream.reconnect();
  expect(page.sockets.length).toBe(3);
  open(last());
  expect([stream.status.value, strip.strip.value]).toEqual(['live', null]);
});

test('an old connection says nothing to a new one', async () => {
  stream.start();
  const old = last();
  open(old);
  stream.start({head: 10});
  expect(old.closed).toBe(true);
  old.end();
  old.say({event: 'message', message: message(11)});
  await settle();
  expect([page.sockets.length, stream.places().head, page.asked.length]).toEqual([2, 10, 0]);
});

test('offline, and online again', async () => {
  stream.start();
  open(last());
  user = 'unreachable';
  vi.stubGlobal('navigator', {onLine: false});
  last().end();
  await settle();
  expect(strip.strip.value).toEqual({kind: 'offline'});
  vi.stubGlobal('navigator', {onLine: true});
  page.window.dispatchEvent(new Event('online'));
  expect(page.sockets.length).toBe(2);
  expect(strip.strip.value).toBe(null);
});

test('visible again after a silence', async () => {
  stream.start();
  open(last());
  page.document.visibilityState = 'hidden';
  vi.setSystemTime(Date.now() + 100_000);
  page.document.dispatchEvent(new Event('visibilitychange'));
  expect(last().closed).toBe(false);
  page.document.visibilityState = 'visible';
  page.document.dispatchEvent(new Event('visibilitychange'));
  expect(page.sockets[0]!.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(page.sockets.length).toBe(2);
});

test('a session that has ended', async () => {
  stream.start();
  open(last());
  user = {status: 401, json: {}};
  last().end();
  await settle();
  await vi.advanceTimersByTimeAsync(100_000);
  expect([session.phase.value, page.sockets.length, stream.stopped()]).toEqual(['expired', 1, true]);
});

test('a proxy that eats WebSockets', async () => {
  stream.start();
  for (let i = 0; i < 3; ++i) {
    last().end();
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect([page.sockets.length, page.sources.length]).toEqual([3, 1]);
  expect(last(page.sources).url).toBe('https://push.example/sub/stream?events=1&since_id=latest&transport=sse');
  open(last(page.sources));
  expect([stream.status.value, strip.strip.value]).toEqual(['live', {kind: 'proxy'}]);
  last(page.sources).end();
  expect(page.sources[0]!.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(page.sources[1]!.query.get('since_id')).toBe('10');
});

test('stopped while it asks', async () => {
  stream.start();
  last().end();
  stream.stop();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(page.sockets.length).toBe(1);
});

test('the answer to an old question says nothing about a new connection', async () => {
  const answers: (() => void)[] = [];
  page.answer(({path}) => path === 'current/user' ? new Promise((done) => answers.push(() => done({status: answers.length === 1 ? 200 : 401, json: {}}))) : undefined);
  stream.start();
  last().end();
  stream.start();
  last().end();
  await settle();
  expect(answers.length).toBe(2);
  answers[0]!();
  await settle();
  expect([session.phase.value, stream.stopped()]).toEqual(['in', false]);
});
