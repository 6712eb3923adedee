import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {message, openPage, serve, settle, type Page} from '../support/page';

let page: Page;
let stock: ReturnType<typeof message>[];
let messages: typeof import('../../../src/state/messages');
let reads: typeof import('../../../src/state/reads');
let undo: typeof import('../../../src/state/undo');
let apps: typeof import('../../../src/state/apps');

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  page = openPage();
  serve(page, () => stock);
  stock = Array.from({length: 450}, (_, i) => message(i + 1, {appid: i % 3 === 0 ? 2 : 1}));
  messages = await import('../../../src/state/messages');
  reads = await import('../../../src/state/reads');
  undo = await import('../../../src/state/undo');
  apps = await import('../../../src/state/apps');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const range = (from: number, to: number) => Array.from({length: from - to + 1}, (_, i) => from - i);

describe('pages', () => {
  test('of 100, one after the other, to the end', async () => {
    await messages.loadMore();
    expect(messages.visible.value).toEqual(range(450, 351));
    expect(messages.more.value).toBe(true);
    for (let i = 0; i < 6; ++i) await messages.loadMore();
    expect(messages.visible.value).toEqual(range(450, 1));
    expect([messages.more.value, messages.total.value]).toEqual([false, 450]);
    expect(page.find('GET', 'message').map((one) => one.query.get('since'))).toEqual([null, '351', '251', '151', '51']);
  });

  test('one at a time', async () => {
    await Promise.all([messages.loadMore(), messages.loadMore()]);
    expect(page.asked.length).toBe(1);
  });

  test('a failure is shown and may be tried again', async () => {
    page.answer(() => ({status: 500, json: {errorDescription: 'no'}}));
    await messages.loadMore();
    expect([messages.failed.value, messages.loading.value]).toEqual(['no', false]);
    serve(page, () => stock);
    await messages.retry();
    expect([messages.failed.value, messages.visible.value.length]).toEqual([null, 100]);
  });

  test('an application has pages of its own', async () => {
    await messages.loadMore();
    messages.setView({appid: 2, q: ''});
    await settle();
    const [asked] = page.find('GET', 'application/2/message');
    expect(asked!.query.get('since')).toBe('351');
    expect(messages.visible.value.length).toBe(133);
    messages.setView({q: ''});
    expect(messages.visible.value).toEqual(range(450, 351));
  });
});

describe('filter', () => {
  test('words, and names of applications', async () => {
    apps.apps.value = [{id: 2, name: 'Backup', description: '', internal: false, image: '', defaultPriority: 0, lastUsed: null, sortKey: 'a0'}];
    await messages.loadMore();
    messages.setView({q: 'title app:back p>=2'});
    expect(messages.visible.value).toEqual(range(450, 351).filter((id) => (id - 1) % 3 === 0));
    messages.setView({q: 'text 44'});
    expect(messages.visible.value).toEqual([449, 448, 447, 446, 445, 444, 443, 442, 441, 440]);
  });

  test('what is read while it is shown stays in is:unread', async () => {
    await messages.loadMore();
    reads.reset({upTo: 448, ids: []});
    messages.setView({q: 'is:unread'});
    expect(messages.visible.value).toEqual([450, 449]);
    reads.applyRead({ids: [450]});
    expect(messages.visible.value).toEqual([450, 449]);
    messages.setView({q: 'is:unread p>=0'});
    expect(messages.visible.value).toEqual([449]);
  });
});

describe('search older', () => {
  test('pages of 200 to the end', async () => {
    messages.setView({q: '"title 7"'});
    await messages.searchOlder();
    expect(page.find('GET', 'message').filter((one) => one.query.get('limit') === '200').length).toBe(3);
    expect(messages.visible.value.length).toBe(11);
    expect(messages.searching.value).toBe(null);
  });

  test('it can be stopped, and says how far it is', async () => {
    const searching = messages.searchOlder();
    expect(messages.searching.value).toEqual({read: 0});
    let seen: unknown;
    page.answer(({query}) => {
      if (query.get('since') !== '251') return undefined;
      seen = messages.searching.value;
      messages.stopSearch();
      return undefined;
    });
    await searching;
    expect(seen).toEqual({read: 200});
    expect(messages.searching.value).toBe(null);
    expect(page.asked.length).toBe(2);
  });

  test('10,000 are kept', async () => {
    stock = Array.from({length: 10_500}, (_, i) => message(i + 1));
    await messages.searchOlder();
    expect([messages.total.value, messages.more.value]).toEqual([10_000, false]);
    messages.received(message(10_501));
    expect(messages.total.value).toBe(10_000);
    expect(messages.visible.value[0]).toBe(10_501);
  });

  test('another view ends it', async () => {
    const searching = messages.searchOlder();
    messages.setView({q: 'x'});
    await searching;
    expect(messages.searching.value).toBe(null);
  });
});

describe('live', () => {
  beforeEach(() => messages.loadMore());

  test('at the top, and below it', () => {
    messages.received(message(451));
    expect([messages.visible.value[0], messages.pill.value]).toEqual([451, 0]);
    messages.atTop(false);
    messages.received(message(452));
    messages.received(message(452));
    expect([messages.visible.value[0], messages.pill.value]).toEqual([452, 1]);
    messages.atTop(true);
    expect(messages.pill.value).toBe(0);
  });

  test('the pill counts what the view shows', () => {
    messages.setView({appid: 2, q: 'p>=5'});
    messages.atTop(false);
    messages.received(message(451, {appid: 1, priority: 9}));
    messages.received(message(452, {appid: 2, priority: 4}));
    messages.received(message(453, {appid: 2, priority: 5}));
    expect(messages.pill.value).toBe(1);
  });

  test('what another device deletes', () => {
    messages.toggle(449);
    messages.toggle(445);
    messages.dropped([450, 449]);
    expect(messages.visible.value[0]).toBe(448);
    expect([...messages.selection.value]).toEqual([445]);
    expect(messages.droppedUpTo(400, 2).every((id) => (id - 1) % 3 === 0)).toBe(true);
    expect(messages.visible.value).not.toContain(400);
    expect(messages.visible.value).toContain(399);
    expect(messages.get(450)).toBe(undefined);
  });
});

describe('selection', () => {
  beforeEach(() => messages.loadMore());

  test('toggle, range, all, none', () => {
    messages.toggle(448);
    messages.extendTo(446);
    expect([...messages.selection.value].sort()).toEqual([446, 447, 448]);
    messages.toggle(447);
    messages.extendTo(449);
    expect([...messages.selection.value].sort()).toEqual([446, 447, 448, 449]);
    messages.setView({q: '"title 45"'});
    expect(messages.selection.value.size).toBe(0);
    messages.selectAll();
    expect([...messages.selection.value]).toEqual([450]);
    messages.clearSelection();
    expect(messages.selection.value.size).toBe(0);
  });
  test('a range without a beginning', () => {
    messages.extendTo(440);
    messages.extendTo(438);
    expect([...messages.selection.value]).toEqual([440, 439, 438]);
  });
});

describe('delete all', () => {
  test('what arrives meanwhile stays', async () => {
    await messages.loadMore();
    page.answer(({method}) => {
      if (method !== 'DELETE') return undefined;
      messages.received(message(451));
      return {};
    });
    await messages.removeAll();
    expect(page.find('DELETE', 'message')[0]!.query.get('upto')).toBe('450');
    expect(messages.visible.value).toEqual([451]);
    expect(messages.more.value).toBe(false);
  });
  test('of an application', async () => {
    await messages.loadMore();
    page.answer(({method}) => method === 'DELETE' ? {} : undefined);
    await messages.removeAll(2);
    expect(page.find('DELETE', 'application/2/message')[0]!.query.get('upto')).toBe('450');
    expect(messages.visible.value.some((id) => (id - 1) % 3 === 0)).toBe(false);
  });
  test('nothing is asked if nothing is known, and nothing goes if it fails', async () => {
    await messages.removeAll();
    expect(page.asked).toEqual([]);
    await messages.loadMore();
    expect(await messages.removeAll()).toMatchObject({ok: false});
    expect(messages.visible.value.length).toBe(100);
  });
});

describe('after something was missed', () => {
  test('as deep as before, and what comes meanwhile stays', async () => {
    for (let i = 0; i < 3; ++i) await messages.loadMore();
    stock = stock.filter((one) => one.id !== 449 && one.id !== 200);
    page.answer(({query}) => {
      if (query.get('since') === '250') messages.received(message(460));
      return undefined;
    });
    page.asked.length = 0;
    await messages.reload(false);
    expect(page.asked.map((one) => one.query.get('limit'))).toEqual(['200', '200']);
    expect(messages.visible.value.slice(0, 3)).toEqual([460, 450, 448]);
    expect(messages.visible.value).not.toContain(200);
    expect(messages.stale()).toBe(false);
  });

  test('a restart: ids may be given again', async () => {
    await messages.loadMore();
    messages.dropped([450]);
    stock = [message(450, {title: 'another'}), message(2)];
    await messages.reload(true);
    expect(messages.visible.value).toEqual([450, 2]);
    expect(messages.get(450)!.title).toBe('another');
  });

  test('as long as it fails, what is known is stale, and Retry loads all again', async () => {
    await messages.loadMore();
    page.answer(() => 'unreachable');
    expect(await messages.reload(false)).toBe(false);
    expect([messages.stale(), messages.visible.value.length]).toEqual([true, 100]);
    serve(page, () => stock.filter((one) => one.id !== 450));
    await messages.retry();
    expect([messages.stale(), messages.visible.value[0]]).toEqual([false, 449]);
  });

  test('a page that was on its way makes no gap', async () => {
    await messages.loadMore();
    let late: (() => void) | undefined;
    page.answer(({query}) => query.get('since') === '351' ? new Promise((done) => {
      late = () => done({json: {paging: {size: 1, limit: 100, since: 251, next: 'x'}, messages: range(350, 251).map((id) => message(id))}});
    }) : undefined);
    const loading = messages.loadMore();
    await settle();
    stock.push(...Array.from({length: 400}, (_, i) => message(500 + i)));
    await messages.reload(false);
    late!();
    await loading;
    const shown = messages.visible.value;
    expect(shown).toEqual([...stock].map((one) => one.id).sort((a, b) => b - a).slice(0, shown.length));
  });
});

test('one message, or that it is gone', async () => {
  await messages.loadMore();
  expect(await messages.fetchOne(7)).toMatchObject({ok: true, value: {id: 7}});
  expect(page.asked.at(-1)!.query.toString()).toBe('limit=1&since=8');
  expect(messages.get(7)?.id).toBe(7);
  expect(messages.visible.value).not.toContain(7);
  stock = stock.filter((one) => one.id !== 9);
  expect(await messages.fetchOne(9)).toEqual({ok: true, value: undefined});
  page.asked.length = 0;
  await messages.fetchOne(450);
  expect(page.asked).toEqual([]);
});

test('remove hides at once and takes the message out of the selection', async () => {
  await messages.loadMore();
  messages.toggle(450);
  messages.remove([450, 449]);
  expect([messages.visible.value[0], messages.selection.value.size, undo.undo.value?.count]).toEqual([448, 0, 2]);
});
