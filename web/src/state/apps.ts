// The applications of the user.
import {computed, signal, type ReadonlySignal} from '@preact/signals';
import type {Result} from '../lib/api';
import {between} from '../lib/sortkey';
import type {Application, Retention} from '../lib/types';
import {request} from './session';

export interface AppFields { name: string; description: string; defaultPriority: number }

export const apps = signal<Application[]>([]);  // sorted
export const loaded = signal(false);
export const appById: ReadonlySignal<ReadonlyMap<number, Application>> = computed(() => new Map(apps.value.map((app) => [app.id, app])));

// Bytewise, as the server orders them.
function sorted(list: Application[]): Application[] {
  return list.sort((a, b) => a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : a.id - b.id);
}

function put(app: Application): void {
  // The answer to a change has no usable token on some servers, the list may have one.
  const {token, ...rest} = app;
  const known = appById.peek().get(app.id);
  const kept = known?.token ?? (known ? undefined : token);
  apps.value = sorted([...apps.peek().filter((one) => one.id !== app.id), {...rest, ...(kept !== undefined && {token: kept})}]);
}

let turn = 0;
export async function refresh(): Promise<Result<Application[]>> {
  const mine = ++turn;
  const result = await request<Application[]>('GET', 'application');
  if (result.ok && mine === turn) {
    apps.value = sorted(result.value);
    loaded.value = true;
  }
  return result;
}

async function kept(result: Promise<Result<Application>>): Promise<Result<Application>> {
  const found = await result;
  if (found.ok) put(found.value);
  return found;
}

// The value has the token, which some servers never show again.
export async function create(fields: AppFields): Promise<Result<Application>> {
  const result = await request<Application>('POST', 'application', {body: fields});
  if (result.ok) void refresh();
  return result;
}

// PUT sets what is missing to nothing, so everything is repeated.
export function update(id: number, fields: AppFields): Promise<Result<Application>> {
  const sortKey = appById.peek().get(id)?.sortKey;
  return kept(request('PUT', `application/${id}`, {body: {...fields, ...(sortKey && {sortKey})}}));
}

export async function remove(id: number): Promise<Result<void>> {
  const result = await request<void>('DELETE', `application/${id}`);
  if (result.ok) apps.value = apps.peek().filter((app) => app.id !== id);
  return result;
}

// The value has the new token.
export async function regenerate(id: number): Promise<Result<Application>> {
  const result = await request<{regenerateToken?: {token: string}}>('PUT', `application/${id}/security`, {body: {regenerateToken: true}});
  if (!result.ok) return result;
  const app = appById.peek().get(id);
  void refresh();
  return {ok: true, value: {...app, id, token: result.value.regenerateToken?.token ?? ''} as Application};
}

export function setImage(id: number, picture: Blob): Promise<Result<Application>> {
  const form = new FormData();
  form.append('file', picture, picture instanceof File ? picture.name : 'picture.png');
  return kept(request('POST', `application/${id}/image`, {body: form}));
}

export async function removeImage(id: number): Promise<Result<void>> {
  const result = await request<void>('DELETE', `application/${id}/image`);
  if (result.ok) void refresh();
  return result;
}

// Before another one; without it, to the end. Shown at once, and put back if the server refuses.
export async function move(id: number, before?: number): Promise<Result<Application>> {
  const old = apps.peek();
  const app = old.find((one) => one.id === id);
  if (!app || before === id) return {ok: false, status: 404, text: `application ${id} is not in the list`};
  const others = old.filter((one) => one.id !== id);
  const found = others.findIndex((one) => one.id === before);
  const at = found < 0 ? others.length : found;
  let sortKey: string;
  try {
    sortKey = between(others[at - 1]?.sortKey, others[at]?.sortKey);
  } catch (error) {
    return {ok: false, status: 400, text: (error as Error).message};
  }
  apps.value = [...others.slice(0, at), {...app, sortKey}, ...others.slice(at)];
  const {name, description, defaultPriority} = app;
  const result = await kept(request('PUT', `application/${id}`, {body: {name, description, defaultPriority, sortKey}}));
  if (!result.ok) {
    apps.value = old;
    void refresh();
  }
  return result;
}

export const retention = (id: number): Promise<Result<Retention>> => request('GET', `application/${id}/retention`);
export const setRetention = (id: number, own: Retention['own']): Promise<Result<Retention>> =>
  request('PUT', `application/${id}/retention`, {body: own});

export function reset(): void {
  ++turn;
  apps.value = [];
  loaded.value = false;
}
