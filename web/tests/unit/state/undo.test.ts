import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {openPage, settle, type Page} from '../support/page';

let page: Page;
let undo: typeof import('../../../src/state/undo');
let gone: number[];

// A page of anna's: the storage stays, the modules are new.
async function open(): Promise<void> {
  vi.resetModules();
  const session = await import('../../../src/state/session');
  session.user.value = {id: 3, name: 'anna', admin: false};
  undo = await import('../../../src/state/undo');
  undo.onDeleted((ids) => gone.push(...ids));
}
beforeEach(async () => {
  vi.useFakeTimers();
  page = openPage();
  page.answer(({method, path}) => method === 'DELETE' || path === 'message/delete' ? {json: {deleted: 1}} : undefined);
  gone = [];
  await open();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const kept = () => Object.values(JSON.parse(page.storage.getItem('sg:/sub/:undo.3') ?? '{}') as Record<string, {ids: number[]}>).flatMap((one) => one.ids);
const sent = () => page.asked.map((one) => `${one.method} ${one.path}${one.body ? ` ${one.body.ids ?? ''}` : ''}`);

test('6 s, then it is sent', async () => {
  undo.deleteSoon([5]);
  expect([...undo.hidden.value]).toEqual([5]);
  expect(undo.undo.value).toEqual({kind: 'delete', count: 1, until: Date.now() + 6000});
  expect(kept()).toEqual([5]);
  await vi.advanceTimersByTimeAsync(5999);
  expect(sent()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await settle();
  expect(sent()).toEqual(['DELETE message/5']);
  expect([undo.undo.value, undo.hidden.value.size, kept(), gone]).toEqual([null, 0, [], [5]]);
});

test('undo takes back the last one', async () => {
  undo.deleteSoon([5]);
  undo.deleteSoon([6, 7]);
  expect(undo.undo.value!.count).toBe(2);
  undo.undoLast();
  expect([[...undo.hidden.value], undo.undo.value!.count, kept()]).toEqual([[5], 1, [5]]);
  undo.undoLast();
  undo.undoLast();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([sent(), kept(), undo.undo.value]).toEqual([[], [], null]);
});

test('what is being deleted is not deleted twice', () => {
  undo.deleteSoon([5, 6]);
  undo.deleteSoon([6]);
  expect(undo.undo.value!.count).toBe(2);
});

test('several in one request, at most 1,000', async () => {
  undo.deleteSoon(Array.from({length: 1500}, (_, i) => i + 1));
  await vi.advanceTimersByTimeAsync(6000);
  expect(page.find('POST', 'message/delete').map((one) => one.body.ids.length)).toEqual([1000, 500]);
});

test('an older server gets them one by one', async () => {
  page.answer(({path}) => path === 'message/delete' ? {status: 404, json: {errorDescription: 'page not found'}} : undefined);
  undo.deleteSoon([5, 6]);
  await vi.advanceTimersByTimeAsync(6000);
  await settle();
  expect(sent()).toEqual(['POST message/delete 5,6', 'DELETE message/5', 'DELETE message/6']);
  expect(gone).toEqual([5, 6]);
});

test('one that is gone already is done', async () => {
  page.answer(({method}) => method === 'DELETE' ? {status: 404, json: {errorDescription: 'message does not exist'}} : undefined);
  undo.deleteSoon([5]);
  await vi.advanceTimersByTimeAsync(6000);
  await settle();
  expect([kept(), gone]).toEqual([[], [5]]);
});

describe('when the page is left', () => {
  test('at once, with keepalive', async () => {
    undo.deleteSoon([5]);
    undo.deleteSoon([6, 7]);
    void undo.flush(true);
    expect(page.asked.map((one) => one.keepalive)).toEqual([true, true]);
    await settle();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(page.asked.length).toBe(2);
    expect(kept()).toEqual([]);
  });

  test('nothing is sent twice while it is on its way', async () => {
    let answer: (() => void) | undefined;
    page.answer(({method}) => method === 'DELETE' ? new Promise((done) => { answer = () => done({}); }) : undefined);
    undo.deleteSoon([5]);
    void undo.flush(true);
    await vi.advanceTimersByTimeAsync(7000);
    void undo.flush(true);
    void undo.retry();
    expect(page.asked.length).toBe(1);
    expect(undo.undo.value).toBe(null);
    undo.undoLast();
    answer!();
    await settle();
    expect(gone).toEqual([5]);
  });
});

describe('after a crash', () => {
  test('the next page does it', async () => {
    undo.deleteSoon([5]);
    undo.deleteSoon([6, 7]);
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 60_000);
    await open();
    undo.resume();
    expect([...undo.hidden.value].sort()).toEqual([5, 6, 7]);
    await settle();
    expect(sent().sort()).toEqual(['DELETE message/5', 'POST message/delete 6,7']);
    expect([kept(), undo.hidden.value.size]).toEqual([[], 0]);
  });

  test('what another page still holds is left to it for a while', async () => {
    undo.deleteSoon([5]);
    const first = undo;
    await open();
    undo.resume();
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent()).toEqual([]);
    expect([[...undo.hidden.value], undo.undo.value]).toEqual([[5], null]);
    first.undoLast();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([sent(), undo.hidden.value.size]).toEqual([[], 0]);
  });

  test('if the other page is gone, it is done after its time', async () => {
    undo.deleteSoon([5]);
    vi.clearAllTimers();
    await open();
    undo.resume();
    await vi.advanceTimersByTimeAsync(7999);
    expect(sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent()).toEqual(['DELETE message/5']);
  });

  test('another user of the browser does not do it', async () => {
    undo.deleteSoon([5]);
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 60_000);
    await open();
    (await import('../../../src/state/session')).user.value = {id: 4, name: 'b', admin: false};
    undo.resume();
    await settle();
    expect(sent()).toEqual([]);
    expect(kept()).toEqual([5]);
  });
});

test('what cannot be sent waits, hidden, for the next connection', async () => {
  let down = true;
  page.answer(({method}) => method === 'DELETE' && down ? 'unreachable' : undefined);
  undo.deleteSoon([5]);
  await vi.advanceTimersByTimeAsync(6000);
  await settle();
  expect([undo.undo.value, [...undo.hidden.value], kept(), gone]).toEqual([null, [5], [5], []]);
  down = false;
  await undo.retry();
  expect([undo.hidden.value.size, kept(), gone]).toEqual([0, [], [5]]);
});

test('other actions are taken back or done', async () => {
  const act = vi.fn(async () => true), revert = vi.fn();
  undo.actSoon(4, act, revert);
  expect(undo.undo.value).toMatchObject({kind: 'read', count: 4});
  undo.undoLast();
  expect([act.mock.calls.length, revert.mock.calls.length]).toEqual([0, 1]);
  undo.actSoon(4, act, revert);
  await vi.advanceTimersByTimeAsync(6000);
  expect([act.mock.calls.length, revert.mock.calls.length]).toEqual([1, 1]);
  expect(kept()).toEqual([]);
});
