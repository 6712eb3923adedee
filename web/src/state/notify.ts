// Notifications that this page raises, and whether it may.
import {computed, signal, type ReadonlySignal} from '@preact/signals';
import type {Message} from '../lib/types';
import * as storage from '../lib/storage';
import {isClickable} from '../lib/url';
import {appById} from './apps';
import {now} from '../lib/time';
import {prefs, setPref} from './prefs';
import {go} from './route';
import {registration} from './worker';

// 'insecure': needs https. 'install': iOS, not on the home screen. 'unsupported': this browser has none.
export type Permission = 'insecure' | 'install' | 'unsupported' | 'default' | 'granted' | 'denied';

// Web Push of this browser. null: not subscribed; undefined: not known yet, or the server has none.
export interface Push { minPriority: number; apps: number[]; mutedUntil: string | null }
export const push = signal<Push | null | undefined>(undefined);

const kNotNow = 30 * 24 * 3600_000;
const kOld = 60_000;  // what is older makes no sound
const kOldOnes = 3;  // and of those, no more are shown after a connection

function permissionNow(): Permission {
  if (typeof window === 'undefined') return 'unsupported';
  if (!isSecureContext) return 'insecure';
  if ('Notification' in window) return Notification.permission;
  const {userAgent, maxTouchPoints} = navigator;
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1) ? 'install' : 'unsupported';
}

export const permission = signal<Permission>(permissionNow());
const heard = signal(false);  // a message has come while the page was open

// Whether the card that offers notifications is shown.
export const card: ReadonlySignal<boolean> = computed(() =>
  heard.value && (permission.value === 'default' || (permission.value === 'granted' && !prefs.value.notify && !prefs.value.askedAt)) &&
  now.value - prefs.value.askedAt >= kNotNow);

export function notNow(): void {
  setPref('askedAt', Date.now());
}

// Only after a click.
export async function ask(): Promise<Permission> {
  permission.value = permissionNow();
  if (permission.value === 'default') {
    await Notification.requestPermission();
    permission.value = permissionNow();
  }
  setPref('askedAt', Date.now());
  setPref('notify', permission.value === 'granted');
  return permission.value;
}

export async function turnOff(): Promise<void> {
  setPref('notify', false);
}

let sound: AudioContext | undefined;
// Two short notes; once a second over all tabs.
function ring(): void {
  if (Date.now() - Number(storage.read('rang') ?? 0) < 1000) return;
  storage.write('rang', String(Date.now()));
  try {
    sound ??= new AudioContext();
    const at = sound.currentTime;
    for (const [i, pitch] of [660, 880].entries()) {
      const tone = sound.createOscillator(), volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.12, at + i * 0.12);
      volume.gain.exponentialRampToValueAtTime(0.001, at + i * 0.12 + 0.25);
      tone.connect(volume).connect(sound.destination);
      tone.start(at + i * 0.12);
      tone.stop(at + i * 0.12 + 0.3);
    }
  } catch {}  // no sound before the first click on the page
}

const looking = () => document.visibilityState === 'visible' && document.hasFocus();

function follow(message: Message): void {
  focus();
  const url: unknown = message.extras?.['client::notification']?.click?.url;
  if (typeof url === 'string' && isClickable(url) === 'yes') open(url, '_blank', 'noopener,noreferrer');
  else go(`#/message/${message.id}`);
}

// On the page's own notifications as on those of a push: the worker reads `data`.
async function raise(message: Message, silent: boolean): Promise<void> {
  const app = appById.peek().get(message.appid);
  const options = {
    body: message.message.slice(0, 400),
    tag: `m${message.id}`,
    silent,
    icon: app?.image ?? 'static/defaultapp.png',
    data: {id: message.id, click: message.extras?.['client::notification']?.click?.url as unknown},
  };
  const title = message.title || app?.name || '';
  const worker = await registration();
  if (worker) return worker.showNotification(title, options);
  const shown = new Notification(title, options);
  kShown.set(options.tag, shown);
  shown.onclick = () => follow(message);
  shown.onclose = () => kShown.delete(options.tag);
}
const kShown = new Map<string, Notification>();

let oldOnes = 0;
// After each connection, since what was missed comes then.
export function opened(): void {
  oldOnes = 0;
}

// A message of the stream.
export function received(message: Message): void {
  heard.value = true;
  const {notify, muted, sound: loud} = prefs.peek();
  if (muted.includes(message.appid)) return;
  const old = Date.now() - Date.parse(message.date) > kOld;
  if (loud && !old && message.priority >= 4) ring();
  if (!notify || push.peek() || permissionNow() !== 'granted' || looking()) return;
  if (old && ++oldOnes > kOldOnes) return;
  raise(message, true).catch((error: unknown) => console.warn('no notification', error));
}

// Those of messages that are read or deleted.
export async function close(ids: readonly number[]): Promise<void> {
  const worker = await registration();
  if (kShown.size) for (const id of ids) kShown.get(`m${id}`)?.close();
  if (!worker) return;
  const tags = new Set(ids.map((id) => `m${id}`));
  for (const one of await worker.getNotifications().catch(() => [])) if (tags.has(one.tag)) one.close();
}

export function startNotify(): void {
  document.addEventListener('visibilitychange', () => { permission.value = permissionNow(); });
}
