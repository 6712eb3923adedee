import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {message, openPage, settle, type Page} from '../support/page';

let page: Page;
let notify: typeof import('../../../src/state/notify');
let prefs: typeof import('../../../src/state/prefs');
const raised: {title: string; options: NotificationOptions; closed: boolean; onclick?: () => void}[] = [];
const rings: number[] = [];

class FakeNotification {
  static permission = 'granted';
  static requestPermission = vi.fn(async () => (FakeNotification.permission = 'granted'));
  closed = false;
  constructor(readonly title: string, readonly options: NotificationOptions) { raised.push(this); }
  close() { this.closed = true; }
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  raised.length = rings.length = 0;
  FakeNotification.permission = 'granted';
  page = openPage();
  Object.assign(page.window, {Notification: FakeNotification});
  vi.stubGlobal('Notification', FakeNotification);
  const chain = {connect: () => chain, gain: {setValueAtTime() {}, exponentialRampToValueAtTime() {}}, frequency: {}, start() {}, stop() {}};
  vi.stubGlobal('AudioContext', class {
    currentTime = 0;
    destination = {};
    createOscillator() {
      rings.push(Date.now());
      return chain;
    }
    createGain() { return chain; }
  });
  vi.stubGlobal('focus', vi.fn());
  vi.stubGlobal('open', vi.fn());
  notify = await import('../../../src/state/notify');
  prefs = await import('../../../src/state/prefs');
  prefs.setPref('notify', true);
  page.document.focused = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const now = (id: number, more: object = {}) => message(id, {date: new Date().toISOString(), ...more});

test('what is raised, and what a click does', async () => {
  notify.received(now(7, {extras: {'client::notification': {click: {url: 'https://a.example/x'}}}}));
  notify.received(now(8, {extras: {'client::notification': {click: {url: 'javascript:alert(1)'}}}}));
  await settle();
  expect(raised.map((one) => [one.title, one.options.tag])).toEqual([['title 7', 'm7'], ['title 8', 'm8']]);
  raised[0]!.onclick!();
  expect(open).toHaveBeenCalledWith('https://a.example/x', '_blank', 'noopener,noreferrer');
  raised[1]!.onclick!();
  expect(open).toHaveBeenCalledTimes(1);
  expect(history.pushState).toHaveBeenCalledWith(null, '', '#/message/8');
});

test.each([
  ['one looks', () => { page.document.focused = true; }],
  ['it is switched off', () => prefs.setPref('notify', false)],
  ['the application is muted', () => prefs.setPref('muted', [1])],
  ['the browser has withdrawn it', () => { FakeNotification.permission = 'denied'; }],
  ['pushes come', () => { notify.push.value = {minPriority: 0, apps: [], mutedUntil: null}; }],
])('nothing if %s', async (_, set) => {
  set();
  notify.received(now(7));
  await settle();
  expect(raised).toEqual([]);
});

test('of what was missed three are shown, without a sound', async () => {
  for (let id = 1; id <= 5; ++id) notify.received(message(id, {priority: 9, date: new Date(Date.now() - 61_000).toISOString()}));
  await settle();
  expect([raised.length, rings.length]).toEqual([3, 0]);
  notify.opened();
  notify.received(message(6, {date: new Date(Date.now() - 61_000).toISOString()}));
  await settle();
  expect(raised.length).toBe(4);
});

test('a sound from 4 on, once a second over all tabs', () => {
  notify.received(now(1, {priority: 3}));
  expect(rings.length).toBe(0);
  notify.received(now(2, {priority: 4}));
  notify.received(now(3, {priority: 9}));
  expect(rings.length).toBe(2);  // two notes
  vi.setSystemTime(Date.now() + 1000);
  page.storage.setItem('sg:/sub/:rang', String(Date.now() - 500));  // another tab
  notify.received(now(4, {priority: 9}));
  expect(rings.length).toBe(2);
  vi.setSystemTime(Date.now() + 1000);
  prefs.setPref('sound', false);
  notify.received(now(5, {priority: 9}));
  expect(rings.length).toBe(2);
  prefs.setPref('sound', true);
  notify.received(now(6, {priority: 9}));
  expect(rings.length).toBe(4);
});

test('closed when read or deleted', async () => {
  notify.received(now(7));
  notify.received(now(8));
  await settle();
  await notify.close([7]);
  expect(raised.map((one) => one.closed)).toEqual([true, false]);
});

test('the card comes after the first message, and not again for 30 days', async () => {
  prefs.setPref('notify', false);
  FakeNotification.permission = 'default';
  vi.resetModules();
  const fresh = await import('../../../src/state/notify');
  const {startClock} = await import('../../../src/lib/time');
  startClock();
  expect(fresh.card.value).toBe(false);
  fresh.received(now(1));
  expect(fresh.card.value).toBe(true);
  fresh.notNow();
  expect(fresh.card.value).toBe(false);
  await vi.advanceTimersByTimeAsync(30 * 24 * 3600_000 - 60_000);
  expect(fresh.card.value).toBe(false);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(fresh.card.value).toBe(true);
  expect(await fresh.ask()).toBe('granted');
  expect(fresh.card.value).toBe(false);
});

test.each([['http', {isSecureContext: false}, 'insecure'],
  ['an iPhone page that is not installed', {window: {}, navigator: {userAgent: 'iPhone', maxTouchPoints: 5}}, 'install'],
  ['an iPad', {window: {}, navigator: {userAgent: 'Macintosh', maxTouchPoints: 5}}, 'install'],
  ['a browser without', {window: {}, navigator: {userAgent: 'Linux', maxTouchPoints: 0}}, 'unsupported']])('%s', async (_, globals, is) => {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  vi.resetModules();
  expect((await import('../../../src/state/notify')).permission.value).toBe(is);
});
