// Which messages are read. What is seen is sent every 2 s and when the page is left.
import {computed, signal, type ReadonlySignal} from '@preact/signals';
import type {ReadMarks} from '../lib/types';
import {list, total as known} from './messages';
import {request} from './session';
import {actSoon, hidden} from './undo';

interface Marks { upTo: number; ids: ReadonlySet<number> }
const kBatch = 2_000;
const kSlice = 500;  // ids in a request
// Infinity: the server has not been asked yet, and nothing is shown as unread.
const marks = signal<Marks>({upTo: Infinity, ids: new Set()});

const readBy = ({upTo, ids}: Marks, id: number) => id <= upTo || ids.has(id);
export const isUnread = (id: number): boolean => !readBy(marks.value, id);  // reactive

// Unread messages, by application, of those that are known here.
export const counts: ReadonlySignal<ReadonlyMap<number, number>> = computed(() => {
  void known.value;
  const out = new Map<number, number>();
  const {upTo} = marks.value;
  for (const {id, appid} of list.newestFirst()) {
    if (id <= upTo) break;
    if (!marks.value.ids.has(id) && !hidden.value.has(id)) out.set(appid, (out.get(appid) ?? 0) + 1);
  }
  return out;
});

export const total: ReadonlySignal<number> = computed(() => [...counts.value.values()].reduce((sum, one) => sum + one, 0));

let listener: (ids: number[]) => void = () => {};
// Called with the ids that have become read, here or on another device.
export function onRead(run: (ids: number[]) => void): void {
  listener = run;
}

function set(next: Marks): void {
  const before = marks.peek();
  marks.value = next;
  const fresh: number[] = [];
  for (const {id} of list.newestFirst()) {
    if (id <= before.upTo) break;
    if (!readBy(before, id) && readBy(next, id)) fresh.push(id);
  }
  if (fresh.length) listener(fresh);
}

export function applyRead({ids, upTo}: {ids?: readonly number[]; upTo?: number}): void {
  const now = marks.peek();
  if (now.upTo === Infinity) return;  // they are on their way
  const next = Math.max(now.upTo, upTo ?? 0);
  set({upTo: next, ids: new Set([...now.ids, ...ids ?? []].filter((id) => id > next))});
}

export const current = (): ReadMarks => {
  const {upTo, ids} = marks.peek();
  return {upTo: upTo === Infinity ? 0 : upTo, ids: [...ids]};
};

export function reset(to: ReadMarks | null = null): void {
  pending = new Set();
  held = [];
  clearTimeout(timer);
  timer = undefined;
  marks.value = {upTo: to ? to.upTo : Infinity, ids: new Set(to?.ids)};
}

// Asks the server. A user without any mark begins with everything read.
export async function refresh(): Promise<void> {
  const found = await request<ReadMarks>('GET', 'message/read');
  if (!found.ok) return;
  const waiting = [...pending];
  if (found.value.upTo === 0 && !found.value.ids.length && marks.peek().upTo === Infinity) {
    if (!list.newest) return set({upTo: 0, ids: new Set()});
    set({upTo: list.newest, ids: new Set()});
    await request('POST', 'message/read', {body: {upTo: list.newest}});
    return;
  }
  set({upTo: found.value.upTo, ids: new Set([...found.value.ids, ...waiting])});
  for (const one of held) applyRead(one);
}

let pending = new Set<number>();
let held: {upTo?: number; ids: number[]}[] = [];  // of markAll, not sent yet
let timer: ReturnType<typeof setTimeout> | undefined;

export function seen(id: number): void {
  if (readBy(marks.peek(), id)) return;
  applyRead({ids: [id]});
  pending.add(id);
  timer ??= setTimeout(() => void flush(), kBatch);
}

// Where everything is read from there down, if that is known.
function contiguous(): number {
  const now = marks.peek();
  if (list.lowest() > now.upTo + 1 && list.lowest() > 0) return 0;  // there may be unread ones that are not loaded
  let upTo = 0;
  for (const {id} of list.newestFirst()) {
    if (id <= now.upTo) break;
    if (!now.ids.has(id)) upTo = 0;
    else if (!upTo) upTo = id;
  }
  return upTo;
}

async function send(body: {upTo: number} | {ids: number[]}, keepalive: boolean): Promise<boolean> {
  const result = await request('POST', 'message/read', {body, keepalive});
  return result.ok || (result.status >= 400 && result.status < 500 && result.status !== 401 && result.status !== 429);
}

export async function flush(keepalive = false): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  if (!pending.size) return;
  const ids = [...pending];
  pending = new Set();
  const upTo = contiguous();
  const above = ids.filter((id) => id > upTo);
  let sent = true;
  if (above.length < ids.length) {
    if (upTo) applyRead({upTo});
    sent = await send({upTo}, keepalive);
  }
  for (let from = 0; sent && from < above.length; from += kSlice) sent = await send({ids: above.slice(from, from + kSlice)}, keepalive);
  if (sent) return;
  for (const id of ids) pending.add(id);  // sent again with the next ones, or at the next connection
}

// With undo: it is shown at once and sent when it can no longer be taken back.
export function markAll(appid?: number): void {
  const before = marks.peek();
  const upTo = list.newest;
  const ids = [...list.newestFirst(appid)].filter(({id}) => !readBy(before, id)).map(({id}) => id);
  if (!ids.length) return;
  set(appid === undefined ? {upTo: Math.max(upTo, before.upTo), ids: new Set()} : {...before, ids: new Set([...before.ids, ...ids])});
  const mine = {ids, ...(appid === undefined && {upTo})};
  held.push(mine);
  const release = () => { held = held.filter((one) => one !== mine); };
  actSoon(ids.length, async (keepalive) => {
    const slices = appid === undefined ? [] : Array.from({length: Math.ceil(ids.length / kSlice)}, (_, i) => ids.slice(i * kSlice, (i + 1) * kSlice));
    if (appid === undefined && !await send({upTo}, keepalive)) return false;
    for (const slice of slices) if (!await send({ids: slice}, keepalive)) return false;
    release();
    return true;
  }, () => {
    release();
    const taken = new Set(ids);
    const {ids: now} = marks.peek();
    // What was read meanwhile by other ways stays read.
    marks.value = {upTo: before.upTo, ids: new Set([...before.ids, ...now].filter((id) => !taken.has(id) || before.ids.has(id)))};
  });
}
