// Web Push at each start: browsers change the subscription by themselves, and a new session has none yet.
import {effect} from '@preact/signals';
import * as storage from '../lib/storage';
import {permission, push, type Push} from './notify';
import {request, user} from './session';
import {registration} from './worker';

const kName = 'push';  // in the storage: the user and what was set last
interface Kept { user: number; settings: Push }

const settingsOf = ({minPriority, apps, mutedUntil}: Push): Push => ({minPriority, apps, mutedUntil: mutedUntil ?? null});

async function own(): Promise<PushSubscription | null> {
  return await (await registration())?.pushManager?.getSubscription().catch(() => null) ?? null;
}

async function put(mine: PushSubscription, settings: Push): Promise<void> {
  const {endpoint, keys} = mine.toJSON();
  const result = await request<Push>('PUT', 'webpush/subscription', {body: {endpoint, keys, ...settings}});
  push.value = result.ok ? settings : null;
}

export async function resume(): Promise<void> {
  const mine = await own();
  if (!mine || permission.peek() !== 'granted') {
    push.value = null;
    return;
  }
  const known = await request<Push & {endpoint?: string}>('GET', 'webpush/subscription');
  if (known.ok && known.value.endpoint === mine.endpoint) {
    push.value = settingsOf(known.value);
    return;
  }
  const kept = storage.readJson<Kept>(kName);
  const before = known.ok ? known.value : kept?.user === user.peek()?.id ? kept?.settings : undefined;
  if (before) return put(mine, settingsOf(before));
  if (!known.ok && known.status === 404) await mine.unsubscribe().catch(() => {});  // somebody else's, who used this browser before
  push.value = null;
}

// Before the session ends: the device gets no more of this user's messages.
export async function leave(): Promise<void> {
  const mine = await own();
  if (mine) {
    await request('DELETE', 'webpush/subscription');
    await mine.unsubscribe().catch(() => {});
  }
  push.value = undefined;
  storage.write(kName, undefined);
}

export function startPush(): () => void {
  return effect(() => {
    const settings = push.value, who = user.value;
    if (settings && who) storage.write(kName, {user: who.id, settings});
    else if (settings === null && who) storage.write(kName, undefined);
  });
}
