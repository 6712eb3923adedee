// The devices of the user, which the API calls clients.
import {signal} from '@preact/signals';
import type {Result} from '../lib/api';
import type {Client} from '../lib/types';
import {request} from './session';

export const devices = signal<Client[]>([]);
export const loaded = signal(false);

// Whether it listens now; undefined: the server does not say. Reactive.
export function online(id: number): boolean | undefined {
  const streams = devices.value.find((one) => one.id === id)?.streams;
  return streams === undefined ? undefined : streams > 0;
}

let turn = 0;
export async function refresh(): Promise<Result<Client[]>> {
  const mine = ++turn;
  const result = await request<Client[]>('GET', 'client', {query: {presence: 1}});
  if (result.ok && mine === turn) {
    devices.value = result.value;
    loaded.value = true;
  }
  return result;
}

// The value has the token.
export async function create(name: string, expiresAfterInactivitySeconds = 0): Promise<Result<Client>> {
  const result = await request<Client>('POST', 'client', {body: {name, expiresAfterInactivitySeconds}});
  if (result.ok) void refresh();
  return result;
}

async function change(id: number, body: {name: string; expiresAfterInactivitySeconds?: number}): Promise<Result<Client>> {
  const result = await request<Client>('PUT', `client/${id}`, {body});
  if (result.ok) {
    const {token: _, ...rest} = result.value;
    devices.value = devices.peek().map((one) => one.id === id ? {...one, ...rest} : one);
  }
  return result;
}

// The expiry stays as it is if it is not sent.
export const rename = (id: number, name: string): Promise<Result<Client>> => change(id, {name});

export function setExpiry(id: number, seconds: number): Promise<Result<Client>> {
  const name = devices.peek().find((one) => one.id === id)?.name ?? '';
  return change(id, {name, expiresAfterInactivitySeconds: seconds});
}

// A negative number ends it.
export async function elevate(id: number, seconds: number): Promise<Result<void>> {
  const result = await request<void>('POST', `client/${id}/elevate`, {body: {durationSeconds: seconds}});
  if (result.ok) void refresh();
  return result;
}

export async function remove(id: number): Promise<Result<void>> {
  const result = await request<void>('DELETE', `client/${id}`);
  if (result.ok) devices.value = devices.peek().filter((one) => one.id !== id);
  return result;
}

export function reset(): void {
  ++turn;
  devices.value = [];
  loaded.value = false;
}
