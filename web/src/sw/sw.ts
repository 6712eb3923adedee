// The service worker: the page opens without the server, and pushes are shown without the page.
import {filesOf, handling, isOurPage, shownFor, target} from './rules';
import type {Extendable, Scope, Window} from './scope';

const worker = self as unknown as Scope;
const kCache = `sg:${worker.registration.scope}`;
const kPatience = 2_000;  // for the index, before the one that is kept is shown
const kFiles = 300;  // hashed files that are kept; older versions' pages may still be open
const kClose = 1_000;
const index = () => worker.registration.scope;
const cache = () => caches.open(kCache);
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const windows = () => worker.clients.matchAll({type: 'window', includeUncontrolled: true});

async function keepFiles(html: string): Promise<void> {
  const kept = await cache();
  for (const file of filesOf(html)) {
    const url = new URL(file, index()).href;
    if (!await kept.match(url)) await kept.add(url).catch(() => {});
  }
  const files = (await kept.keys()).filter((one) => handling('GET', one.url, index()) === 'hashed');
  for (const old of files.slice(0, Math.max(0, files.length - kFiles))) await kept.delete(old);
}

// Keeps the index and its files, and tells open pages if it is another one than before.
async function keepIndex(answer: Response): Promise<void> {
  const html = await answer.clone().text();
  if (!isOurPage(answer.headers.get('Content-Type'), answer.redirected, html)) return;
  const kept = await cache();
  const before = await (await kept.match(index()))?.text();
  await kept.put(index(), answer);
  if (before === html) return;
  await keepFiles(html);
  if (before !== undefined) for (const one of await windows()) one.postMessage({update: true});
}

// The page does not wait until it is kept; the worker does.
async function freshIndex(event: Extendable): Promise<Response> {
  const answer = await fetch(index(), {cache: 'no-cache', credentials: 'same-origin'});
  if (answer.ok) event.waitUntil(keepIndex(answer.clone()).catch(() => {}));
  return answer;
}

async function indexOrKept(event: Extendable): Promise<Response> {
  const fresh = freshIndex(event);
  event.waitUntil(fresh.catch(() => {}));
  const first = await Promise.race([fresh.catch(() => undefined), pause(kPatience)]);
  if (first && first.status < 500) return first;
  return await (await cache()).match(index()) ?? fresh;
}

async function keptOrFetched(request: Request): Promise<Response> {
  const kept = await cache();
  const found = await kept.match(request.url);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request.url, answer.clone());
  return answer;
}

async function fetchedOrKept(request: Request): Promise<Response> {
  const kept = await cache();
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request.url, answer.clone());
    return answer;
  } catch (error) {
    const found = await kept.match(request.url);
    if (found) return found;
    throw error;
  }
}

async function show(payload: string): Promise<void> {
  const {title, options} = shownFor(payload);
  await worker.registration.showNotification(title, options);
  if (!(await windows()).some((one) => one.visibilityState === 'visible')) return;
  await pause(kClose);  // it is seen in the page
  for (const one of await worker.registration.getNotifications({tag: options.tag})) one.close();
}

async function clicked(data: Parameters<typeof target>[0]): Promise<void> {
  const to = target(data);
  if ('url' in to) return void await worker.clients.openWindow(to.url);
  const open = (await windows()).filter((one) => one.url.startsWith(index()));
  const best: Window | undefined = open.find((one) => one.focused) ?? open.find((one) => one.visibilityState === 'visible') ?? open[0];
  if (!best) return void await worker.clients.openWindow(index() + to.page);
  best.postMessage({open: to.page});
  await best.focus();
}

// A browser that replaces a subscription by itself: the next start of the page tells the server; a page that is open, now.
async function resubscribed(): Promise<void> {
  for (const one of await windows()) one.postMessage({resubscribe: true});
}

worker.addEventListener('install', (event) => {
  event.waitUntil(freshIndex(event).catch(() => {}).then(() => worker.skipWaiting()));
});
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const {request} = event;
  switch (handling(request.method, request.url, index())) {
    case 'index': return event.respondWith(indexOrKept(event));
    case 'hashed': return event.respondWith(keptOrFetched(request));
    case 'asset': return event.respondWith(fetchedOrKept(request));
    case 'none': return;
  }
});
worker.addEventListener('push', (event) => event.waitUntil(show(event.data?.text() ?? '')));
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(clicked(event.notification.data as Parameters<typeof target>[0]));
});
worker.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(resubscribed()));
