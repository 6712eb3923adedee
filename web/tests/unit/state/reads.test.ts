import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {message, openPage, serve, settle, type Page} from '../support/page';

let page: Page;
let marks: {upTo: number; ids: number[]};
let messages: typeof import('../../../src/state/messages');
let reads: typeof import('../../../src/state/reads');
let undo: typeof import('../../../src/state/undo');
let stock: ReturnType<typeof message>[];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  page = openPage();
  stock = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => message(id, {appid: id % 2 ? 1 : 2}));
  serve(page, () => stock);
  marks = {upTo: 3, ids: [5]};
  page.answer(({method, path}) => path === 'message/read' ? method === 'GET' ? {json: marks} : {} : undefined);
  messages = await import('../../../src/state/messages');
  reads = await import('../../../src/state/reads');
  undo = await import('../../../src/state/undo');
  await messages.loadMore();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const unread = () => messages.visible.value.filter(reads.isUnread);
const sent = () => page.find('POST', 'message/read').map((one) => one.body);

test('before the server has answered nothing is unread', () => expect([unread(), reads.total.value]).toEqual([[], 0]));

test('marks and counts', async () => {
  await reads.refresh();
  expect(unread()).toEqual([8, 7, 6, 4]);
  expect([...reads.counts.value].sort()).toEqual([[1, 1], [2, 3]]);
  messages.received(message(9));
  expect(reads.total.value).toBe(5);
  undo.deleteSoon([8]);
  expect(reads.total.value).toBe(4);
});

test('a user without any mark begins with everything read', async () => {
  marks = {upTo: 0, ids: []};
  await reads.refresh();
  expect(unread()).toEqual([]);
  expect(sent()).toEqual([{upTo: 8}]);
  messages.received(message(9));
  expect(unread()).toEqual([9]);
});

test('a user without any mark and message: the first one is unread', async () => {
  messages.reset();
  stock = [];
  await messages.loadMore();
  marks = {upTo: 0, ids: []};
  await reads.refresh();
  expect(sent()).toEqual([]);
  messages.received(message(9));
  expect(unread()).toEqual([9]);
});

describe('seen', () => {
  beforeEach(() => reads.refresh());

  test('every 2 s, together', async () => {
    reads.seen(8);
    reads.seen(6);
    reads.seen(6);
    expect(unread()).toEqual([7, 4]);
    await vi.advanceTimersByTimeAsync(1999);
    expect(sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent()).toEqual([{ids: [8, 6]}]);
    reads.seen(5);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent().length).toBe(1);
  });

  test('contiguous ones as upTo', async () => {
    reads.seen(4);
    reads.seen(6);
    reads.seen(8);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent()).toEqual([{upTo: 6}, {ids: [8]}]);
    reads.seen(7);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent().at(-1)).toEqual({upTo: 8});
    expect(reads.current()).toEqual({upTo: 8, ids: []});
  });

  test('not if there may be unread ones that are not loaded', async () => {
    messages.reset();
    stock = Array.from({length: 150}, (_, i) => message(i + 1));
    await messages.loadMore();
    reads.reset({upTo: 10, ids: []});
    for (const id of messages.visible.value) reads.seen(id);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent().every((one) => one.ids && !one.upTo)).toBe(true);
  });

  test('when the page is left: at once, with keepalive', () => {
    reads.seen(8);
    void reads.flush(true);
    expect(page.find('POST', 'message/read')[0]).toMatchObject({keepalive: true, body: {ids: [8]}});
  });

  test('what cannot be sent is sent with the next ones', async () => {
    let down = true;
    page.answer(({method}) => method === 'POST' && down ? 'unreachable' : undefined);
    reads.seen(8);
    await vi.advanceTimersByTimeAsync(2000);
    down = false;
    await reads.refresh();
    expect(unread()).toEqual([7, 6, 4]);
    reads.seen(6);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent().at(-1)).toEqual({ids: [8, 6]});
  });

  test('at most 500 in a request', async () => {
    stock.push(...Array.from({length: 1201}, (_, i) => message(i + 20)));
    messages.reset();
    for (let i = 0; i < 20; ++i) await messages.loadMore();
    reads.reset({upTo: 0, ids: []});
    for (const id of messages.visible.value.slice(0, 1100)) reads.seen(id);
    await vi.advanceTimersByTimeAsync(2000);
    await settle();
    expect(sent().map((one) => one.ids.length)).toEqual([500, 500, 100]);
  });
});

test('another device reads', async () => {
  await reads.refresh();
  const closed: number[] = [];
  reads.onRead((ids) => closed.push(...ids));
  reads.applyRead({ids: [7]});
  reads.applyRead({upTo: 4});
  expect(unread()).toEqual([8, 6]);
  expect(closed).toEqual([7, 4]);
  reads.applyRead({upTo: 2});
  expect(unread()).toEqual([8, 6]);
});

describe('all', () => {
  beforeEach(() => reads.refresh());

  test('is sent when it can no longer be taken back', async () => {
    reads.markAll();
    expect(unread()).toEqual([]);
    expect(undo.undo.value).toMatchObject({kind: 'read', count: 4});
    messages.received(message(9));
    await vi.advanceTimersByTimeAsync(6000);
    expect(sent()).toEqual([{upTo: 8}]);
    expect(unread()).toEqual([9]);
  });

  test('undo', async () => {
    reads.markAll();
    reads.applyRead({ids: [9]});
    undo.undoLast();
    await vi.advanceTimersByTimeAsync(6000);
    expect(unread()).toEqual([8, 7, 6, 4]);
    messages.received(message(9));
    expect(unread()).not.toContain(9);
    expect(sent()).toEqual([]);
  });

  test('of an application', async () => {
    reads.markAll(2);
    expect(unread()).toEqual([7]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(sent()).toEqual([{ids: [8, 6, 4]}]);
  });

  test('a reconnection in between does not show them again', async () => {
    reads.markAll();
    await reads.refresh();
    expect(unread()).toEqual([]);
    undo.undoLast();
    await reads.refresh();
    expect(unread()).toEqual([8, 7, 6, 4]);
  });

  test('nothing to do, no undo', () => {
    reads.applyRead({upTo: 8});
    reads.markAll();
    expect(undo.undo.value).toBe(null);
  });
});
