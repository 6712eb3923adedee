// The service worker, seen from the page.
import {scriptUrl} from '../lib/trusted';
import {here} from '../lib/url';
import {go} from './route';
import {raise} from './strip';

let found: Promise<ServiceWorkerRegistration | null> = Promise.resolve(null);

// Null where there is none: http, or a browser without.
export const registration = (): Promise<ServiceWorkerRegistration | null> => found;

interface Told { open?: unknown; update?: unknown; resubscribe?: unknown }

let resubscribe: () => void = () => {};
// Called when the browser has replaced the push subscription.
export function onResubscribe(run: () => void): void {
  resubscribe = run;
}

function told(data: Told | null): void {
  if (typeof data?.open === 'string' && data.open.startsWith('#/')) go(data.open);
  if (data?.resubscribe) resubscribe();
  if (data?.update) raise({kind: 'update', action: () => location.reload()});
}

async function register(): Promise<ServiceWorkerRegistration | null> {
  try {
    navigator.serviceWorker.addEventListener('message', (event) => told(event.data as Told | null));
    return await navigator.serviceWorker.register(scriptUrl('sw.js'), {updateViaCache: 'none'});
  } catch (error) {
    console.warn('no service worker', error);
    return null;
  }
}

export function startWorker(): void {
  if (!isSecureContext || !('serviceWorker' in navigator) || import.meta.env.DEV) return;
  found = register();
}

// Without a worker: the server has restarted, so its page may be another one.
export async function lookForUpdate(): Promise<void> {
  try {
    const answer = await fetch(here(), {cache: 'no-cache'});
    const script = /static\/app\/[\w.-]+\.js/.exec(answer.ok ? await answer.text() : '')?.[0];
    if (script && !document.querySelector(`script[src$="${script}"]`)) raise({kind: 'update', action: () => location.reload()});
  } catch {}  // it is looked for again at the next start of the server
}
