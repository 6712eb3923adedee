// The page, from the part of the address after #. '#/applications/3?q=x' is {page: 'applications', id: '3', query: q=x}.
import {signal, type ReadonlySignal} from '@preact/signals';

export interface Route { page: string; id?: string; query: URLSearchParams }

export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [page, id] = path.split('/').map(decode);
  return {page: page || 'messages', ...(id && {id}), query: new URLSearchParams(query)};
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const kRoute = signal<Route>(parseHash(typeof location === 'undefined' ? '' : location.hash));
export const route: ReadonlySignal<Route> = kRoute;

export function startRoute(): void {
  addEventListener('hashchange', () => { kRoute.value = parseHash(location.hash); });
  kRoute.value = parseHash(location.hash);
}

// go('#/applications'): the Back button leads back, except with `replace`.
export function go(hash: string, replace = false): void {
  if (replace) history.replaceState(history.state, '', hash);
  else if (location.hash !== hash) history.pushState(null, '', hash);
  kRoute.value = parseHash(hash);
}

// Replaces the filter in the address without an entry in the history.
export function setQuery(q: string): void {
  const {page, id, query} = kRoute.value;
  const next = new URLSearchParams(query);
  if (q) next.set('q', q);
  else next.delete('q');
  const text = next.toString();
  const path = page === 'messages' && !id ? '' : page + (id ? `/${encodeURIComponent(id)}` : '');
  go(`#/${path}${text ? `?${text}` : ''}`, true);
}
