// What the service worker does with a request, and with what is pushed. It imports nothing of the page: it is one file.

export type Handling = 'index' | 'hashed' | 'asset' | 'none';

const kAsset = /^(manifest\.json|static\/(defaultapp|icon-[\w-]+)\.png)$/;

// `scope`: the folder of the page. Nothing of the API is ever answered from the cache.
export function handling(method: string, url: string, scope: string): Handling {
  if (method !== 'GET' || !url.startsWith(scope)) return 'none';
  const path = url.slice(scope.length).replace(/#.*$/s, '');
  if (path === '' || path === 'index.html') return 'index';
  if (/^static\/app\/[\w.-]+$/.test(path)) return 'hashed';
  return kAsset.test(path) ? 'asset' : 'none';
}

// The hashed files that a page names.
export function filesOf(html: string): string[] {
  return [...new Set(html.match(/static\/app\/[\w.-]+/g) ?? [])];
}

// A proxy's login page must not become this page.
export const isOurPage = (type: string | null, redirected: boolean, html: string): boolean =>
  !redirected && (type ?? '').startsWith('text/html') && filesOf(html).some((file) => file.endsWith('.js'));

export interface Shown {
  title: string;
  options: {body: string; tag: string; icon: string; silent: boolean; data: {id?: number; click?: string}};
}

const text = (value: unknown): string => typeof value === 'string' ? value : '';

// From the JSON of a Message, which may be cut ("truncated":true), or of whatever else: every push has to be shown.
export function shownFor(payload: string): Shown {
  let message: Record<string, any> = {};
  try {
    const found: unknown = JSON.parse(payload);
    if (typeof found === 'object' && found) message = found;
  } catch {
    message = {message: payload};
  }
  const id = Number.isSafeInteger(message.id) && message.id > 0 ? message.id as number : undefined;
  const click = text(message.extras?.['client::notification']?.click?.url);
  const body = text(message.message);
  return {
    title: text(message.title) || 'sharded-gotify',
    options: {
      body: message.truncated === true && body ? `${body}…` : body,
      tag: id === undefined ? 'other' : `m${id}`,
      icon: 'static/defaultapp.png',
      silent: typeof message.priority === 'number' && message.priority <= 0,
      data: {...(id !== undefined && {id}), ...(click && {click})},
    },
  };
}

// Where a click leads: a web page at once, anything else to the message, where the page asks.
export function target(data: {id?: unknown; click?: unknown} | null | undefined): {page: string} | {url: string} {
  const click = text(data?.click);
  try {
    if (/^https?:$/.test(new URL(click).protocol)) return {url: new URL(click).href};
  } catch {}  // not an address
  return {page: typeof data?.id === 'number' ? `#/message/${data.id}` : '#/'};
}
