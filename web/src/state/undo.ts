// What can still be taken back. Each action waits 6 s before it is sent; what waits is also in the storage, so that it is
// done at the next start if this page does not come to it.
import {signal} from '@preact/signals';
import type {Result} from '../lib/api';
import * as storage from '../lib/storage';
import {request, user} from './session';

export const kUndo = 6_000;
const kGrace = 2_000;  // what another page has not done by then is left behind by it
const kSlice = 1_000;  // ids in a request

export interface Pending { kind: 'delete' | 'read'; count: number; until: number }
export const undo = signal<Pending | null>(null);
export const hidden = signal<ReadonlySet<number>>(new Set());  // messages that wait to be deleted

interface Entry extends Pending {
  key: string;
  ids: number[];  // if kind is 'delete'
  commit: (keepalive: boolean) => Promise<boolean>;  // false: it could not be sent now
  revert: () => void;
  timer?: ReturnType<typeof setTimeout>;
  state: 'open' | 'sending' | 'failed';  // only an open one can be taken back: a failed one may have arrived
}
type Kept = Record<string, {ids: number[]; until: number}>;

let entries: Entry[] = [];  // the newest last
const elsewhere = new Map<string, number[]>();  // what another page holds, or has left behind just now

const place = () => `undo.${user.peek()?.id ?? 0}`;
const kept = (): Kept => storage.readJson<Kept>(place()) ?? {};

function keep(key: string, entry: Kept[string] | undefined): void {
  const all = kept();
  if (entry) all[key] = entry;
  else delete all[key];
  storage.write(place(), Object.keys(all).length ? all : undefined);
}

function show(): void {
  const last = entries.findLast((entry) => entry.state === 'open');
  undo.value = last ? {kind: last.kind, count: last.count, until: last.until} : null;
  hidden.value = new Set([...entries.flatMap((entry) => entry.ids), ...[...elsewhere.values()].flat()]);
}

function take(entry: Entry): void {
  clearTimeout(entry.timer);
  entries = entries.filter((one) => one !== entry);
  keep(entry.key, undefined);
  show();
}

async function commit(entry: Entry, keepalive = false): Promise<void> {
  if (entry.state === 'sending') return;
  clearTimeout(entry.timer);
  entry.state = 'sending';
  show();
  if (await entry.commit(keepalive)) return take(entry);
  entry.state = 'failed';  // until the next connection
}

function add(entry: Entry, wait: number): void {
  entries.push(entry);
  if (entry.kind === 'delete') keep(entry.key, {ids: entry.ids, until: entry.until});
  entry.timer = setTimeout(() => void commit(entry), wait);
  show();
}

async function deleteEach(ids: number[], keepalive: boolean): Promise<Result<unknown>> {
  for (const id of ids) {
    const result = await request('DELETE', `message/${id}`, {keepalive});
    if (!result.ok && result.status !== 404) return result;
  }
  return {ok: true, value: undefined};
}

async function deleteSlice(ids: number[], keepalive: boolean): Promise<Result<unknown>> {
  if (ids.length === 1) return deleteEach(ids, keepalive);
  const result = await request('POST', 'message/delete', {body: {ids}, keepalive});
  return !result.ok && result.status === 404 ? deleteEach(ids, keepalive) : result;  // an older server
}

// False: not now. What the server refuses for good is done with.
export async function deleteNow(ids: number[], keepalive = false): Promise<boolean> {
  for (let from = 0; from < ids.length; from += kSlice) {
    const result = await deleteSlice(ids.slice(from, from + kSlice), keepalive);
    if (!result.ok && (result.status === 0 || result.status === 401 || result.status === 429 || result.status >= 500)) return false;
  }
  return true;
}

let serial = 0;
const newKey = () => `${Date.now().toString(36)}-${Math.floor(Math.random() * 2 ** 32).toString(36)}-${++serial}`;

type Done = (ids: number[]) => void;
let done: Done = () => {};
// Called with the ids that are deleted for good.
export function onDeleted(run: Done): void {
  done = run;
}

function deletion(key: string, ids: number[], until: number): Entry {
  return {
    key, state: 'open', kind: 'delete', count: ids.length, ids, until,
    async commit(keepalive) {
      if (!await deleteNow(ids, keepalive)) return false;
      done(ids);
      return true;
    },
    revert() {},
  };
}

export function deleteSoon(ids: number[]): void {
  const fresh = ids.filter((id) => !hidden.peek().has(id));
  if (fresh.length) add(deletion(newKey(), fresh, Date.now() + kUndo), kUndo);
}

// For other actions: `revert` takes back what is shown already.
export function actSoon(count: number, act: (keepalive: boolean) => Promise<boolean>, revert: () => void): void {
  add({key: newKey(), state: 'open', kind: 'read', count, ids: [], until: Date.now() + kUndo, commit: act, revert}, kUndo);
}

export function undoLast(): void {
  const last = entries.findLast((entry) => entry.state === 'open');
  if (!last) return;
  last.revert();
  take(last);
}

// All at once: when the page is left, or before the session ends.
export async function flush(keepalive = false): Promise<void> {
  await Promise.all(entries.map((entry) => commit(entry, keepalive)));
}

// What could not be sent, when the server is there again.
export async function retry(): Promise<void> {
  await Promise.all(entries.filter((entry) => entry.state === 'failed').map((entry) => commit(entry)));
}

// What an earlier page of this user has left behind. What another page still waits for is left to it for a while.
export function resume(): void {
  for (const [key, {ids, until}] of Object.entries(kept())) {
    if (entries.some((entry) => entry.key === key)) continue;
    const wait = until + kGrace - Date.now();
    if (wait <= 0) {
      adopt(key, ids, until);
      continue;
    }
    elsewhere.set(key, ids);
    setTimeout(() => {
      if (elsewhere.delete(key) && kept()[key]) adopt(key, ids, until);
      show();
    }, wait);
  }
  show();
}

function adopt(key: string, ids: number[], until: number): void {
  if (entries.some((entry) => entry.key === key)) return;
  const entry = deletion(key, ids, until);
  entries.unshift(entry);
  void commit(entry);
}

// The user has left; what could not be sent stays in the storage for the next time.
export function forget(): void {
  for (const entry of entries) clearTimeout(entry.timer);
  entries = [];
  elsewhere.clear();
  show();
}
