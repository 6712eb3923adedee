// The messages: what is known, what of it is shown, and what is done with it.
import {computed, signal, type ReadonlySignal} from '@preact/signals';
import {t} from '../i18n';
import type {Result} from '../lib/api';
import * as filter from '../lib/filter';
import {kMost, MessageList} from '../lib/message-list';
import type {Message, PagedMessages} from '../lib/types';
import {say} from './announce';
import {appById} from './apps';
import {isUnread} from './reads';
import {request} from './session';
import {deleteSoon, hidden, onDeleted} from './undo';

export interface View { appid?: number; q: string }
export const view = signal<View>({q: ''});
export const loading = signal(false);
export const failed = signal<string | null>(null);
export const searching = signal<{read: number} | null>(null);  // messages that the search has read so far
export const pill = signal(0);  // new ones above, while the list is not at its top
export const newSince = signal<{id: number; at: number} | null>(null);  // messages above `id` came since `at`

export const list = new MessageList();
const version = signal(0);
const kPage = 100, kSearchPage = 200;
let top = true;
let turn = 0;  // of what is loaded for the view; an older turn's answer is not shown as its failure
// In "is:unread", what was unread when it was shown stays while it is read.
let stuck = new Set<number>();

export function changed(): void {
  ++version.value;
}

const query = computed(() => filter.parse(view.value.q));

function shown(message: Message): boolean {
  const wanted = query.value;
  const unread = wanted.unread && isUnread(message.id);
  if (unread) stuck.add(message.id);
  return filter.matches(message, wanted, appById.value.get(message.appid)?.name ?? '', unread || stuck.has(message.id));
}

// Ids, newest first, as the view wants them, without those that wait to be deleted.
export const visible: ReadonlySignal<number[]> = computed(() => {
  void version.value;
  const {appid} = view.value;
  const all = filter.isEmpty(query.value);
  const out: number[] = [];
  for (const message of list.newestFirst(appid)) {
    if (!hidden.value.has(message.id) && (all || shown(message))) out.push(message.id);
  }
  return out;
});

// A message never changes, so only one that is not there yet has to be followed.
export function get(id: number): Message | undefined {
  const found = list.get(id);
  if (!found) void version.value;
  return found;
}

export const total: ReadonlySignal<number> = computed(() => {
  void version.value;
  return list.size;
});

// Whether the server has older ones of this view that may still be loaded.
export const more: ReadonlySignal<boolean> = computed(() => {
  void version.value;
  return list.lowest(view.value.appid) > 0 && list.size < kMost;
});

export function setView(next: View): void {
  const now = view.peek();
  if (now.appid === next.appid && now.q === next.q) return;
  ++turn;
  stopSearch();
  clearSelection();
  stuck = new Set();
  pill.value = 0;
  failed.value = null;
  loading.value = waiting;
  view.value = next;
  if (more.peek() && visible.peek().length < kPage / 2 && (next.appid !== undefined || list.lowest() === Infinity)) void loadMore();
}

function page(appid: number | undefined, limit: number, since: number): Promise<Result<PagedMessages>> {
  const path = appid === undefined ? 'message' : `application/${appid}/message`;
  return request<PagedMessages>('GET', path, {query: {limit, ...(since > 0 && {since})}});
}

// The page below what is known.
async function older(appid: number | undefined, limit: number): Promise<Result<PagedMessages>> {
  const lowest = list.lowest(appid);
  const result = await page(appid, limit, lowest === Infinity ? 0 : lowest);
  // If everything was loaded again meanwhile, the page may lie below a gap.
  if (result.ok && list.lowest(appid) <= lowest) {
    list.putPage(result.value.messages, !result.value.paging.next, appid);
    changed();
  }
  return result;
}

let waiting = false;
// While it is not known yet what the browser has kept, nothing is asked of the server.
export function wait(is: boolean): void {
  waiting = is;
  loading.value = is;
}

export async function loadMore(): Promise<void> {
  if (waiting || loading.peek() || !more.peek()) return;
  const mine = turn;
  loading.value = true;
  failed.value = null;
  const result = await older(view.peek().appid, kPage);
  if (mine !== turn) return;
  loading.value = false;
  if (!result.ok) failed.value = result.text;
}

// What has failed, again.
export async function retry(): Promise<void> {
  await (lost ? reload(false) : loadMore());
}

let search = 0;
export function stopSearch(): void {
  ++search;
  searching.value = null;
}

// Page after page, until it is stopped, there is no more, or 10,000 are kept.
export async function searchOlder(): Promise<void> {
  const mine = ++search;
  let read = 0;
  searching.value = {read};
  failed.value = null;
  while (mine === search && more.peek()) {
    const result = await older(view.peek().appid, kSearchPage);
    if (mine !== search) return;
    if (!result.ok) {
      failed.value = result.text;
      break;
    }
    searching.value = {read: read += result.value.messages.length};
  }
  if (mine === search) searching.value = null;
}

export function atTop(is: boolean): void {
  top = is;
  if (is) pill.value = 0;
}

// A message of the stream.
export function received(message: Message): void {
  if (!list.put([message])) return;
  list.trim();
  changed();
  const {appid} = view.peek();
  if (!top && (appid === undefined || appid === message.appid) && (filter.isEmpty(query.peek()) || shown(message))) ++pill.value;
}

export function dropped(ids: readonly number[]): void {
  list.drop(ids);
  forgetSelected(ids);
  changed();
}

export function droppedUpTo(upTo: number, appid?: number): number[] {
  const ids = list.dropUpTo(upTo, appid);
  forgetSelected(ids);
  changed();
  return ids;
}

onDeleted(dropped);

export const remove = (ids: number[]): void => {
  const selected = new Set(selection.peek());
  if (ids.some((id) => selected.delete(id))) selection.value = selected;
  deleteSoon(ids);
};

// Those that are there now: what arrives meanwhile stays. Ask first; this has no undo.
export async function removeAll(appid?: number): Promise<Result<void>> {
  const upTo = list.newest;
  if (!upTo) return {ok: true, value: undefined};
  const path = appid === undefined ? 'message' : `application/${appid}/message`;
  const result = await request<void>('DELETE', path, {query: {upto: upTo}});
  if (result.ok) droppedUpTo(upTo, appid);
  return result;
}

// One message, for #/message/:id. undefined: it was deleted.
export async function fetchOne(id: number): Promise<Result<Message | undefined>> {
  const known = list.get(id);
  if (known) return {ok: true, value: known};
  const result = await request<PagedMessages>('GET', 'message', {query: {limit: 1, since: id + 1}});
  if (!result.ok) return result;
  const found = result.value.messages.find((message) => message.id === id);
  if (found) {
    list.put([found]);
    changed();
  }
  return {ok: true, value: found};
}

const kReloadPages = 5;
let reloads = 0;
let lost = false;
// Whether what is known may be wrong, until reload() has succeeded.
export const stale = (): boolean => lost;

// Everything again, as deep as it was, after something was missed. `restarted`: ids may have been given again.
export async function reload(restarted: boolean): Promise<boolean> {
  const depth = list.lowest() === Infinity ? 0 : list.size;
  if (restarted) {
    list.reset();
    changed();
  }
  const {newest} = list;
  const found: Message[] = [];
  const mine = ++reloads;
  lost = true;
  loading.value = true;
  failed.value = null;
  for (let i = 0; i < kReloadPages; ++i) {
    const result = await page(undefined, kSearchPage, found.at(-1)?.id ?? 0);
    if (mine !== reloads) return false;
    if (!result.ok) {
      loading.value = false;
      failed.value = result.text;
      return false;
    }
    found.push(...result.value.messages);
    const end = !result.value.paging.next;
    if (!end && found.length < depth && i < kReloadPages - 1) continue;
    const arrived = list.above(newest);
    list.replace(found, end);
    list.put(arrived);
    break;
  }
  lost = false;
  loading.value = false;
  forgetSelected([...selection.peek()].filter((id) => !list.get(id)));
  changed();
  return true;
}

export function reset(): void {
  ++turn;
  ++reloads;
  lost = false;
  waiting = false;
  stopSearch();
  clearSelection();
  list.reset();
  stuck = new Set();
  pill.value = 0;
  newSince.value = null;
  failed.value = null;
  loading.value = false;
  changed();
}

export const selection = signal<ReadonlySet<number>>(new Set());
let anchor: number | undefined;

export function toggle(id: number): void {
  const next = new Set(selection.peek());
  if (!next.delete(id)) next.add(id);
  anchor = id;
  selection.value = next;
}

// From the last one that was toggled to this one.
export function extendTo(id: number): void {
  const ids = visible.peek();
  const from = anchor === undefined ? -1 : ids.indexOf(anchor), to = ids.indexOf(id);
  if (to < 0) return;
  if (from < 0) anchor = id;
  const range = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  selection.value = new Set([...selection.peek(), ...range]);
}

export function clearSelection(): void {
  anchor = undefined;
  if (selection.peek().size) selection.value = new Set();
}

export function selectAll(): void {
  selection.value = new Set(visible.peek());
  say(t('core.selected', {n: visible.peek().length}));
}

function forgetSelected(ids: readonly number[]): void {
  if (!ids.some((id) => selection.peek().has(id))) return;
  const next = new Set(selection.peek());
  for (const id of ids) next.delete(id);
  selection.value = next;
}
