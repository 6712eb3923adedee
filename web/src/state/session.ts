// Who is signed in, and the requests made for them.
import {computed, signal} from '@preact/signals';
import {call, type CallOptions, type Method, type Result} from '../lib/api';
import {forget} from '../lib/db';
import * as storage from '../lib/storage';
import {now} from '../lib/time';
import type {CurrentUser, GotifyInfo, User} from '../lib/types';
import {lower, raise} from './strip';

export const user = signal<CurrentUser | null>(null);
export const info = signal<GotifyInfo | null>(null);
// 'expired': one was in, and the server no longer knows the session; the page stays below the login dialog.
export const phase = signal<'starting' | 'in' | 'out' | 'expired'>('starting');
export const elevation = signal<{resolve: (ok: boolean) => void} | null>(null);
// When the elevation of this session ends, in milliseconds since 1970; 0: it has none.
export const elevatedUntil = computed(() => {
  const until = Date.parse(user.value?.elevatedUntil ?? '');
  return until > now.value ? until : 0;
});

const kElevated = 3600;
const kUser = 'user';  // name in the storage: who was in, for a start without the server

function enter(who: CurrentUser): void {
  user.value = who;
  phase.value = 'in';
  storage.write(kUser, {id: who.id, name: who.name, admin: who.admin, ...(who.clientId && {clientId: who.clientId})});
}

async function readInfo(): Promise<void> {
  const found = await call<GotifyInfo>('GET', 'gotifyinfo');
  if (found.ok) info.value = found.value;
}

let retry: ReturnType<typeof setTimeout> | undefined;

// Asks who is signed in. Without an answer the last user is taken from the storage, so that what is kept can be read.
export async function start(): Promise<void> {
  clearTimeout(retry);
  void readInfo();
  const found = await call<CurrentUser>('GET', 'current/user');
  if (found.ok) return enter(found.value);
  const last = storage.readJson<CurrentUser>(kUser);
  if (found.status === 401) {
    // Of a session that has ended nothing stays in the browser.
    if (phase.peek() === 'starting' && last) await forget(String(last.id));
    phase.value = phase.peek() === 'in' ? 'expired' : 'out';
    return;
  }
  if (last) {
    user.value = last;
    phase.value = 'in';
  }
  const wait = (found.retryAfter ?? 5) * 1000;
  raise({kind: found.status === 503 ? 'busy' : 'reconnecting', retryAt: Date.now() + wait, action: () => void start()}, wait);
  retry = setTimeout(() => void start(), wait);
}

// "Firefox, Linux": the name of this device in the list.
export function deviceName(agent: string): string {
  // Many call themselves also by the names further down.
  const first = (names: [pattern: RegExp, name: string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = first([[/Edg/, 'Edge'], [/OPR/, 'Opera'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']]);
  const system = first([[/Android/, 'Android'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Windows/, 'Windows'], [/Mac OS/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux']]);
  return [browser, system].filter(Boolean).join(', ') || 'Browser';
}

export async function login(name: string, pass: string): Promise<Result<CurrentUser>> {
  const result = await call<CurrentUser>('POST', 'auth/local/login', {body: {name: deviceName(navigator.userAgent)}, basic: {name, pass}});
  if (result.ok) enter(result.value);
  return result;
}

// Signs in as well; if that fails, the name is taken all the same, and the failure is that of the login.
export async function register(name: string, pass: string): Promise<Result<User>> {
  const made = await call<User>('POST', 'user', {body: {name, pass, admin: false}});
  if (!made.ok) return made;
  const inside = await login(name, pass);
  return inside.ok ? made : inside;
}

type Leaver = () => Promise<void> | void;
const kLeavers: Leaver[] = [];
// Called before the session ends: to send what waits, and to forget what is kept.
export function onLeave(run: Leaver): void {
  kLeavers.push(run);
}

export async function logout(): Promise<void> {
  for (const leave of kLeavers) await Promise.resolve().then(leave).catch((error: unknown) => console.warn(error));
  await call('POST', 'auth/logout');
  storage.write(kUser, undefined);
  phase.value = 'out';
  user.value = null;
}

export function sessionLost(): void {
  if (phase.value === 'in') phase.value = 'expired';
}

let asking: Promise<boolean> | undefined;
// One dialog for all that wait for it.
function askElevation(): Promise<boolean> {
  asking ??= new Promise<boolean>((resolve) => {
    elevation.value = {resolve: (ok) => {
      elevation.value = null;
      asking = undefined;
      resolve(ok);
    }};
  });
  return asking;
}

const kTries = 4;
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

// A message is sent again after a failure, under the same key, so that it arrives once.
async function send<T>(method: Method, path: string, options: CallOptions): Promise<Result<T>> {
  if (method !== 'POST' || path !== 'message') return call<T>(method, path, options);
  const keyed = {...options, headers: {'Idempotency-Key': random(), ...options.headers}};
  for (let i = 1; ; ++i) {
    const result = await call<T>(method, path, keyed);
    const again = !result.ok && (result.status === 0 || result.status === 429 || result.status >= 500) && result.status !== 507;
    if (!again || i === kTries || options.signal?.aborted) return result;
    await pause(Math.min(10_000, result.retryAfter !== undefined ? result.retryAfter * 1000 : 500 * 2 ** i));
  }
}

function judge(result: Result<unknown>): void {
  if (result.ok) return lower('busy', 'full');
  if (result.status === 401) sessionLost();
  if (result.status === 507 || (result.status === 503 && /disk is full/.test(result.text))) raise({kind: 'full'}, 60_000);
  else if (result.status === 503) {
    const wait = (result.retryAfter ?? 5) * 1000;
    raise({kind: 'busy', retryAt: Date.now() + wait}, wait);
  }
}

// What every page uses. A session that has ended opens the login; an action that needs the password asks for it and is
// repeated; a server that is busy or full is named in the strip.
export async function request<T>(method: Method, path: string, options: CallOptions = {}): Promise<Result<T>> {
  const result = await send<T>(method, path, options);
  judge(result);
  const wants = !result.ok && result.status === 403 && result.text.startsWith('session not elevated');
  if (!wants || !user.value?.clientId || !await askElevation()) return result;
  const again = await send<T>(method, path, options);
  judge(again);
  return again;
}

async function refreshUser(): Promise<void> {
  const found = await call<CurrentUser>('GET', 'current/user');
  if (found.ok) user.value = found.value;
}

const ownElevation = () => `client/${user.value?.clientId}/elevate`;

// Only confirms; whoever shows the dialog resolves `elevation`.
export async function elevate(pass: string): Promise<Result<void>> {
  const result = await call<void>('POST', ownElevation(), {body: {durationSeconds: kElevated}, basic: {name: user.value?.name ?? '', pass}});
  if (result.ok) await refreshUser();
  return result;
}

export async function endElevation(): Promise<Result<void>> {
  const result = await call<void>('POST', ownElevation(), {body: {durationSeconds: -1}});
  if (result.ok) await refreshUser();
  return result;
}
