import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';

const scope = 'https://push.example/sub/';
const html = (n: number) => `<!doctype html><script src="./static/app/app-${n}.js"></script>`;
type Handler = (event: any) => void;
let handlers: Map<string, Handler>;
let kept: Map<string, Response>;
let network: (url: string) => Response | Promise<Response>;
let windows: {url: string; visibilityState: string; focused: boolean; told: unknown[]; focus(): void; postMessage(data: unknown): void}[];
let shown: {title: string; tag: string; closed: boolean; close(): void}[];
let opened: string[];
const page = (text: string) => new Response(text, {headers: {'Content-Type': 'text/html'}});
const down = () => { throw new TypeError('offline'); };

function window(more: object = {}) {
  const one = {url: `${scope}#/`, visibilityState: 'visible', focused: false, told: [] as unknown[], focus: vi.fn(), postMessage: (data: unknown) => void one.told.push(data), ...more};
  windows.push(one);
  return one;
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  [handlers, kept, windows, shown, opened] = [new Map(), new Map(), [], [], []];
  network = down;
  const key = (one: string | Request) => typeof one === 'string' ? one : one.url;
  const cache = {
    match: async (one: string | Request) => kept.get(key(one))?.clone(),
    put: async (one: string | Request, answer: Response) => void kept.set(key(one), answer),
    add: async (one: string) => void kept.set(one, await network(one)),
    delete: async (one: Request) => kept.delete(one.url),
    keys: async () => [...kept.keys()].map((url) => ({url})),
  };
  vi.stubGlobal('caches', {open: async () => cache});
  vi.stubGlobal('fetch', async (one: string | {url: string}) => network(typeof one === 'string' ? one : one.url));
  vi.stubGlobal('self', {
    addEventListener: (type: string, run: Handler) => handlers.set(type, run),
    skipWaiting: vi.fn(async () => {}),
    clients: {claim: async () => {}, matchAll: async () => windows, openWindow: async (url: string) => { opened.push(url); }},
    registration: {
      scope,
      showNotification: async (title: string, {tag}: {tag: string}) => {
        const one = {title, tag, closed: false, close() { one.closed = true; }};
        shown.push(one);
      },
      getNotifications: async ({tag}: {tag: string}) => shown.filter((one) => one.tag === tag),
    },
  });
  await import('../../../src/sw/sw');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function run(type: string, event: object = {}): Promise<Response | undefined> {
  const work: Promise<unknown>[] = [];
  let answer: Promise<Response> | undefined;
  handlers.get(type)!({waitUntil: (one: Promise<unknown>) => work.push(one), respondWith: (one: Promise<Response>) => { answer = one; }, ...event});
  const result = await answer;
  for (let i = 0; i < work.length; ++i) await work[i];  // more may come while it waits
  return result;
}
const get = (path: string) => run('fetch', {request: {method: 'GET', url: scope + path}});
const text = async (answer: Response | undefined) => answer?.text();

describe('the page', () => {
  test('is there without the server, with its files', async () => {
    network = (url) => url === scope ? page(html(1)) : new Response('code');
    await run('install');
    network = down;
    expect(await text(await get(''))).toBe(html(1));
    expect(await text(await get('static/app/app-1.js'))).toBe('code');
  });

  test('comes from the server; if it has changed, open pages hear of it', async () => {
    const one = window();
    network = () => page(html(1));
    await get('');
    await get('');
    expect(one.told).toEqual([]);
    network = (url) => url === scope ? page(html(2)) : new Response('2');
    expect(await text(await get(''))).toBe(html(2));
    expect(one.told).toEqual([{update: true}]);
    network = down;
    expect(await text(await get('static/app/app-2.js'))).toBe('2');
  });

  test('what is kept is shown after 2 s', async () => {
    network = () => page(html(1));
    await get('');
    let late: (() => void) | undefined;
    network = (url) => url === scope ? new Promise((done) => { late = () => done(page(html(2))); }) : new Response('code');
    const got = get('').then(text);
    await vi.advanceTimersByTimeAsync(1999);
    expect(await Promise.race([got, Promise.resolve('waits')])).toBe('waits');
    await vi.advanceTimersByTimeAsync(1);
    late!();
    expect(await got).toBe(html(1));
    network = down;
    expect(await text(await get(''))).toBe(html(2));
  });

  test.each([502, 503])('what is kept is shown instead of a %i', async (status) => {
    network = () => page(html(1));
    await get('');
    network = () => new Response('bad', {status});
    expect(await text(await get(''))).toBe(html(1));
  });

  test('a login page of a proxy is shown, but not kept', async () => {
    network = () => page(html(1));
    await get('');
    network = () => page('<form>');
    expect(await text(await get(''))).toBe('<form>');
    network = down;
    expect(await text(await get(''))).toBe(html(1));
  });
});

test('the API is never answered here', async () => {
  network = () => { throw new Error('asked'); };
  for (const path of ['message', 'current/user', 'image/x.png', 'stream']) expect(await get(path)).toBe(undefined);
});

test('hashed files are fetched once; failures are not kept', async () => {
  network = () => new Response('no', {status: 404});
  expect((await get('static/app/a-1.js'))!.status).toBe(404);
  network = () => new Response('code');
  expect(await text(await get('static/app/a-1.js'))).toBe('code');
  network = () => new Response('other');
  expect(await text(await get('static/app/a-1.js'))).toBe('code');
});

describe('a push', () => {
  const push = (payload: string | null) => {
    const done = run('push', {data: payload === null ? null : {text: () => payload}});
    return vi.advanceTimersByTimeAsync(0).then(() => done);
  };
  test('is always shown', async () => {
    await push('{"id":7,"title":"T","message":"M","priority":5}');
    await push(null);
    expect(shown.map((one) => [one.title, one.tag, one.closed])).toEqual([['T', 'm7', false], ['sharded-gotify', 'other', false]]);
  });
  test('is closed after 1 s if a page is seen', async () => {
    window({visibilityState: 'hidden'});
    window();
    const done = push('{"id":7,"title":"T"}');
    await vi.advanceTimersByTimeAsync(999);
    expect(shown[0]!.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect(shown[0]!.closed).toBe(true);
  });
  test('stays if no page is seen', async () => {
    window({visibilityState: 'hidden'});
    await push('{"id":7}');
    await vi.advanceTimersByTimeAsync(5000);
    expect(shown[0]!.closed).toBe(false);
  });
});

describe('a click', () => {
  const click = (data: object) => run('notificationclick', {notification: {close() {}, data}});
  test('goes to the page that is open', async () => {
    const hidden = window({visibilityState: 'hidden'}), seen = window();
    await click({id: 7});
    expect([hidden.told, seen.told, opened]).toEqual([[], [{open: '#/message/7'}], []]);
    expect(seen.focus).toHaveBeenCalled();
  });
  test('opens one if none is open', async () => {
    window({url: 'https://push.example/other/'});
    await click({id: 7});
    expect(opened).toEqual([`${scope}#/message/7`]);
  });
  test('opens the click URL', async () => {
    window();
    await click({id: 7, click: 'https://a.example/'});
    expect(opened).toEqual(['https://a.example/']);
  });
});
