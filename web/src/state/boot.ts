// Joins the parts: what happens when somebody comes in, when the stream says something, and when the page is left.
import {effect, untracked} from '@preact/signals';
import {t} from '../i18n';
import * as db from '../lib/db';
import * as storage from '../lib/storage';
import {startClock} from '../lib/time';
import {say} from './announce';
import * as apps from './apps';
import {startBadge} from './badge';
import * as devices from './devices';
import * as messages from './messages';
import * as notify from './notify';
import {startPrefs} from './prefs';
import * as push from './push';
import * as reads from './reads';
import {startRoute} from './route';
import * as session from './session';
import * as stream from './stream';
import * as undo from './undo';
import {lookForUpdate, onResubscribe, startWorker} from './worker';

const kSaving = 2_000;
const kPatience = 1_500;
let inside: number | undefined;  // the user whose things are here
let saving: ReturnType<typeof setTimeout> | undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;  // while the list waits for the stream

// What was the newest message when the page was looked at last. Kept for a while after one is back, since the stream brings
// what was missed only then.
interface Left { head: number; at: number }
const kBack = 10_000;
const leftName = () => `left.${inside}`;
let left: Left | undefined;

const looking = () => document.visibilityState === 'visible' && document.hasFocus();

function away(): void {
  if (inside === undefined || left || !messages.list.newest) return;
  left = {head: messages.list.newest, at: Date.now()};
  storage.write(leftName(), left);
}

// The line "New since": only if something has come.
function markNew(): void {
  if (!left || messages.list.newest <= left.head || messages.newSince.peek()?.id === left.head) return;
  messages.newSince.value = {id: left.head, at: left.at};
}

function back(): void {
  markNew();
  setTimeout(() => { if (looking()) left = undefined; }, kBack);
}

async function save(): Promise<void> {
  clearTimeout(saving);
  saving = undefined;
  const {head, eventId, epoch} = stream.places();
  const floor = messages.list.lowest();
  if (inside === undefined || messages.stale() || floor === Infinity || head === undefined || eventId === undefined || epoch === undefined) return;
  const waiting = undo.hidden.peek();
  const known = [...messages.list.newestFirst()].filter(({id}) => !waiting.has(id));
  await db.save(String(inside), {messages: known, more: floor > 0, cursors: {head, eventId, epoch}, marks: reads.current()});
}

function saveSoon(): void {
  saving ??= setTimeout(() => void save(), kSaving);
}

// Lists are not resumed by the stream, so they are read at each connection.
function readLists(): void {
  void apps.refresh();
  if (devices.loaded.peek()) void devices.refresh();
}

// The list is read after the stream has begun, so that nothing falls between them. If it had to be read before, it is read again.
async function firstPage(): Promise<void> {
  const early = waiting === undefined;
  stopWaiting();
  await (early ? messages.reload(false) : messages.loadMore());
}

// Without anything kept the list waits for the stream, but not for long: a proxy may be in its way.
function waitForStream(): void {
  waiting = setTimeout(() => {
    stopWaiting();
    void messages.loadMore();
  }, kPatience);
}

function stopWaiting(): void {
  if (waiting === undefined) return;
  clearTimeout(waiting);
  waiting = undefined;
  messages.wait(false);
}

async function opened({complete, restarted, first}: stream.Opening): Promise<void> {
  notify.opened();
  readLists();
  if (restarted) void lookForUpdate();
  if (first) await firstPage();
  else if ((!complete || messages.stale()) && await messages.reload(restarted && !complete)) say(t('core.reloaded'));
  back();
  await reads.refresh();
  await undo.retry();
  await reads.flush();
  saveSoon();
}

async function enter(id: number): Promise<void> {
  inside = id;
  left = storage.readJson<Left>(leftName());
  undo.resume();
  messages.wait(true);
  const cached = await db.load(String(id));
  if (inside !== id) return;
  if (!cached) waitForStream();
  else {
    messages.wait(false);
    messages.list.replace(cached.messages, !cached.more);
    reads.reset(cached.marks);
    messages.changed();
  }
  stream.start(cached?.cursors);
  void push.resume();
}

function clear(): void {
  inside = undefined;
  left = undefined;
  clearTimeout(saving);
  saving = undefined;
  stopWaiting();
  stream.stop();
  messages.reset();
  reads.reset();
  apps.reset();
  devices.reset();
  undo.forget();
}

// What waits is sent; nothing of the user stays in the browser.
async function signOut(): Promise<void> {
  const id = inside;
  await Promise.all([undo.flush(), reads.flush(), push.leave()]);
  stream.stop();
  if (id === undefined) return;
  await db.forget(String(id));
  storage.write(leftName(), undefined);
}

function follow(): void {
  stream.onOpen((opening) => void opened(opening));
  stream.on('message', ({message}) => {
    messages.received(message);
    notify.received(message);
    markNew();
    saveSoon();
  });
  stream.on('delete', ({ids, upTo, appid}) => {
    if (ids) messages.dropped(ids);
    const gone = ids ?? (upTo === undefined ? [] : messages.droppedUpTo(upTo, appid));
    void notify.close(gone);
    saveSoon();
  });
  stream.on('read', (event) => {
    reads.applyRead(event);
    saveSoon();
  });
  stream.on('application', ({id, change}) => {
    void apps.refresh();
    if (change === 'deleted') messages.droppedUpTo(messages.list.newest, id);
  });
  stream.on('client', () => { if (devices.loaded.peek()) void devices.refresh(); });
  reads.onRead((ids) => void notify.close(ids));
}

function watchPage(): void {
  const flush = () => {
    void undo.flush(true);
    void reads.flush(true);
  };
  addEventListener('pagehide', () => {
    flush();
    away();
    void save();
  });
  addEventListener('blur', away);
  addEventListener('focus', back);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return back();
    void reads.flush(true);
    away();
    void save();
  });
}

function changedTo(phase: typeof session.phase.value, id: number | undefined): void {
  if (phase === 'out' && inside !== undefined) clear();
  if (phase !== 'in' || id === undefined) return;
  if (inside !== undefined && inside !== id) clear();
  if (inside === undefined) void enter(id);
  else if (stream.stopped()) stream.start(stream.places());
}

export async function boot(): Promise<void> {
  startClock();
  startRoute();
  startPrefs();
  notify.startNotify();
  onResubscribe(() => void push.resume());
  startWorker();
  startBadge();
  push.startPush();
  follow();
  watchPage();
  session.onLeave(signOut);
  effect(() => {
    const phase = session.phase.value, id = session.user.value?.id;
    untracked(() => changedTo(phase, id));
  });
  await session.start();
}
