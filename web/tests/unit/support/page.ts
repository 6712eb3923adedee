// A page without a browser: what lib/ and state/ touch of window, document and the network. Time is Vitest's.
import {vi} from 'vitest';

export class FakeStorage {
  items = new Map<string, string>();
  getItem(name: string) { return this.items.get(name) ?? null; }
  setItem(name: string, value: string) {
    this.items.set(name, value);
    (this as unknown as Record<string, string>)[`${name}`] = value;  // Object.keys() lists them, as in a browser
  }
  removeItem(name: string) {
    this.items.delete(name);
    delete (this as unknown as Record<string, string>)[name];
  }
}

export interface Asked { method: string; path: string; query: URLSearchParams; body: any; headers: Headers; keepalive: boolean }
type Answer = {status?: number; json?: unknown; text?: string; headers?: Record<string, string>} | 'unreachable';
type Answerer = (asked: Asked) => Answer | Promise<Answer> | undefined;

export interface Page {
  asked: Asked[];  // in order
  answer(run: Answerer): void;  // the one that was added last is asked first; undefined: the one before
  find(method: string, path: string): Asked[];
  storage: FakeStorage;
  document: EventTarget & {visibilityState: string; focused: boolean; title: string};
  window: EventTarget;
  sockets: FakeSocket[];
  sources: FakeSocket[];
}

export class FakeSocket extends EventTarget {
  closed = false;
  constructor(readonly url: string) { super(); }
  close() { this.closed = true; }
  say(frame: unknown) { this.dispatchEvent(new MessageEvent('message', {data: JSON.stringify(frame)})); }
  end() { this.dispatchEvent(new Event(this.kind === 'socket' ? 'close' : 'error')); }
  kind: 'socket' | 'source' = 'socket';
  get query() { return new URL(this.url).searchParams; }
}

const kBase = 'https://push.example/sub/';

async function asResponse(answer: Answer): Promise<Response> {
  if (answer === 'unreachable') throw new TypeError('fetch failed');
  const body = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
  return new Response(answer.status === 204 ? null : body, {status: answer.status ?? 200, headers: answer.headers ?? {}});
}

export function openPage(): Page {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), {visibilityState: 'visible', focused: true, title: '', baseURI: kBase,
    hasFocus() { return this.focused; }, querySelector: () => null});
  const answerers: Answerer[] = [];
  const page: Page = {
    asked: [], storage: new FakeStorage(), document, window, sockets: [], sources: [],
    answer: (run) => void answerers.unshift(run),
    find: (method, path) => page.asked.filter((one) => one.method === method && one.path === path),
  };
  const fetch = async (address: string, options: RequestInit = {}) => {
    const url = new URL(address, kBase);
    const text = typeof options.body === 'string' ? options.body : undefined;
    const asked: Asked = {method: options.method ?? 'GET', path: url.href.slice(kBase.length).split('?')[0]!, query: url.searchParams,
      body: text === undefined ? options.body : JSON.parse(text), headers: new Headers(options.headers), keepalive: options.keepalive ?? false};
    page.asked.push(asked);
    for (const answerer of answerers) {
      const answer = answerer(asked);
      if (answer !== undefined) return asResponse(await answer);
    }
    return asResponse({status: 404, json: {error: 'Not Found', errorCode: 404, errorDescription: 'page not found'}});
  };
  const made = (kind: FakeSocket['kind'], into: FakeSocket[]) => class extends FakeSocket {
    constructor(url: URL | string) {
      super(String(url));
      this.kind = kind;
      into.push(this);
    }
  };
  vi.stubGlobal('document', document);
  vi.stubGlobal('location', new URL(`${kBase}#/`));
  vi.stubGlobal('history', {state: null, pushState: vi.fn(), replaceState: vi.fn()});
  vi.stubGlobal('localStorage', page.storage);
  vi.stubGlobal('navigator', {onLine: true, userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', languages: ['en']});
  vi.stubGlobal('fetch', fetch);
  vi.stubGlobal('WebSocket', made('socket', page.sockets));
  vi.stubGlobal('EventSource', made('source', page.sources));
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('window', window);
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const) vi.stubGlobal(name, window[name].bind(window));
  return page;
}

let dates = 0;
export const message = (id: number, more: object = {}) =>
  ({id, appid: 1, title: `title ${id}`, message: `text ${id}`, priority: 2, date: new Date(Date.UTC(2026, 5, 1) + ++dates * 1000).toISOString(), ...more});

// A server with these messages, as GET message and GET application/:id/message page them.
export function serve(page: Page, all: () => ReturnType<typeof message>[]): void {
  page.answer(({method, path, query}) => {
    const app = /^application\/(\d+)\/message$/.exec(path);
    if (method !== 'GET' || (path !== 'message' && !app)) return undefined;
    const limit = Number(query.get('limit') ?? 100), since = Number(query.get('since') ?? 0) || Infinity;
    const found = all().filter((one) => one.id < since && (!app || one.appid === Number(app[1]))).sort((a, b) => b.id - a.id);
    const messages = found.slice(0, limit);
    const next = found.length > limit && {next: 'more'};
    return {json: {paging: {size: messages.length, limit, since: messages.at(-1)?.id ?? 0, ...next}, messages}};
  });
}

// Lets what waits for answers go on; the clock stands.
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; ++i) await vi.advanceTimersByTimeAsync(0);
}
