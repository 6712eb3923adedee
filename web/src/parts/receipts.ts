// Who has received a test message, from the answer of POST message/test and the receipts that the stream brings. Both
// come on their own ways, so a receipt may be here before the answer.
import type {Client, StreamEvent, TestAnswer, Via} from '../lib/types';

export type Receipt = Extract<StreamEvent, { event: 'receipt' }>;
export interface Row {
  key: string;
  name: string;
  state: 'waiting' | 'delivered' | 'sent' | 'accepted' | 'refused' | 'silent' | 'offline';
  via?: Via;
  ms?: number;
  why?: string;
  since?: string | null;
}

/** `over`: the time to wait is up, so who has not answered is silent. */
export function rows(answer: TestAnswer, receipts: readonly Receipt[], clients: readonly Client[], over: boolean): Row[] {
  const own = receipts.filter(receipt => receipt.id === answer.message.id);
  const names = new Map(clients.map(client => [client.id, client.name]));
  const found = new Map<string, Row>();
  for (const device of answer.devices) {
    const key = `${device.client}/${device.via}`;
    const state = device.state === 'sent' ? 'sent' : over ? 'silent' : 'waiting';
    found.set(key, { key, name: device.name, via: device.via, state });
  }
  for (const receipt of own) {
    const key = `${receipt.client}/${receipt.via}`;
    const name = found.get(key)?.name ?? names.get(receipt.client) ?? String(receipt.client);
    const why = receipt.why === undefined ? {} : { why: receipt.why };
    found.set(key, { key, name, via: receipt.via, state: receipt.state, ms: receipt.ms, ...why });
  }
  const reached = new Set([...answer.devices.map(device => device.client), ...own.map(receipt => receipt.client)]);
  const away = clients.filter(client => !reached.has(client.id));
  away.sort((a, b) => (b.lastUsed ?? '').localeCompare(a.lastUsed ?? ''));
  const offline = away.map((client): Row => ({ key: `${client.id}/`, name: client.name, state: 'offline', since: client.lastUsed }));
  return [...found.values(), ...offline];
}
