// Web Push of this browser: the subscription that the browser makes, and what the server keeps with it.
import type {Result} from '../../lib/api';
import {push, type Push} from '../../state/notify';
import {resume} from '../../state/push';
import {request} from '../../state/session';
import {registration} from '../../state/worker';

const kEver = '9999-12-31T00:00:00Z';

export type Mute = 'hour' | 'morning' | 'ever';

/** The end of a mute. "Tomorrow" is the next day of the calendar here, also at one in the night. */
export function muteUntil(choice: Mute, now: Date): string {
  if (choice === 'ever') return kEver;
  if (choice === 'hour') return new Date(now.getTime() + 3_600_000).toISOString();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 8).toISOString();
}

export const isEver = (until: string) => Date.parse(until) >= Date.parse(kEver);
export const isMuted = (until: string | null, now: number) => until !== null && Date.parse(until) > now;

/** The server's key as the browser wants it. */
export function keyBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, c => c.charCodeAt(0));
}

/** Whether this browser can subscribe here at all. */
export async function canSubscribe(): Promise<boolean> {
  return Boolean((await registration())?.pushManager);
}

type State = 'off' | 'on' | 'none' | 'failed';

/** What the server has for this session; 'none': it has no Web Push. */
export async function look(): Promise<State> {
  const key = await request<{key: string}>('GET', 'webpush/key');
  if (!key.ok) return key.status === 404 ? 'none' : 'failed';
  if (push.peek() === undefined) await resume();
  return push.peek() ? 'on' : 'off';
}

function put(subscription: PushSubscription, settings: Push): Promise<Result<Push>> {
  const {endpoint, keys} = subscription.toJSON();
  return request<Push>('PUT', 'webpush/subscription', {body: {endpoint, keys, ...settings}});
}

const refused = (text: string): Result<Push> => ({ok: false, status: 0, text});

/** Asks the browser for a subscription and gives it to the server. Only after a click: the browser may ask. */
export async function subscribe(settings: Push): Promise<Result<Push>> {
  const key = await request<{key: string}>('GET', 'webpush/key');
  if (!key.ok) return key;
  const manager = (await registration())?.pushManager;
  if (!manager) return refused('no service worker');
  try {
    const options = {userVisibleOnly: true, applicationServerKey: keyBytes(key.value.key)};
    const mine = await manager.subscribe(options).catch(async () => {
      // An old subscription with another key of the server is in the way.
      await (await manager.getSubscription())?.unsubscribe();
      return manager.subscribe(options);
    });
    const result = await put(mine, settings);
    if (result.ok) push.value = settings;
    else await mine.unsubscribe();
    return result;
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

/** Changes what is pushed to this device. */
export async function save(settings: Push): Promise<Result<Push>> {
  const mine = await (await registration())?.pushManager.getSubscription();
  if (!mine) return subscribe(settings);
  const before = push.value;
  push.value = settings;
  const result = await put(mine, settings);
  if (!result.ok) push.value = before;
  return result;
}

export async function unsubscribe(): Promise<Result<void>> {
  const result = await request<void>('DELETE', 'webpush/subscription');
  if (!result.ok && result.status !== 404) return result;
  await (await (await registration())?.pushManager.getSubscription())?.unsubscribe();
  push.value = null;
  return {ok: true, value: undefined};
}

export const test = () => request<{state: 'accepted' | 'refused'; why?: string}>('POST', 'webpush/test');
