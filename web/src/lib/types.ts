// The objects of the API, as docs/gotify-protocol.md names them. `?` = may be missing.

export interface Message {
  id: number;
  appid: number;
  message: string;
  title: string;
  priority: number;
  extras?: Record<string, any>;
  date: string;
}

export interface PagedMessages {
  paging: {next?: string; size: number; since: number; limit: number};
  messages: Message[];
}

export interface Application {
  id: number;
  token?: string;  // not listed by a server with compat: v3
  name: string;
  description: string;
  internal: boolean;
  image: string;  // relative; static/defaultapp.png if there is none
  defaultPriority: number;
  createdAt?: string;
  lastUsed: string | null;
  sortKey: string;
}

// GET and PUT application/:id/retention. 0 = for ever; null in `own` = as configured.
export interface Retention {
  days: number;
  count: number;
  own: {days: number | null; count: number | null};
}

export interface Client {
  id: number;
  token?: string;
  name: string;
  createdAt?: string;
  lastUsed: string | null;
  elevatedUntil?: string;
  expiresAfterInactivitySeconds?: number;  // 0 = never
  expiresAt?: string;
  streams?: number;  // with presence=1: how many streams it has open
}

export interface User {
  id: number;
  name: string;
  admin: boolean;
  createdAt?: string;
}

export interface CurrentUser extends User {
  clientId?: number;
  elevatedUntil?: string;
}

export interface PluginConf {
  id: number;
  createdAt?: string;
  name: string;
  token: string;
  modulePath: string;
  author?: string;
  website?: string;
  license?: string;
  enabled: boolean;
  capabilities: string[] | null;
}

export interface GotifyInfo {
  version: string;
  register: boolean;
  oidc: boolean;
}

export interface ReadMarks {
  upTo: number;
  ids: number[];
}

export type Via = 'websocket' | 'sse' | 'ndjson' | 'poll' | 'push';

// The answer of POST message/test.
export interface TestAnswer {
  message: Message;
  devices: {id: number; client: number; name: string; via: Via; state: 'sent' | 'waiting'}[];
}

// What a stream with events=1 sends.
export type StreamEvent =
  | {event: 'open'; head: number; event_id: number; epoch: string; complete: boolean}
  | {event: 'message'; message: Message}
  | {event: 'delete'; event_id: number; ids?: number[]; upTo?: number; appid?: number}
  | {event: 'read'; event_id: number; ids?: number[]; upTo?: number}
  | {event: 'application' | 'client'; id: number; change: 'added' | 'changed' | 'deleted'}
  | {event: 'receipt'; id: number; client: number; via: Via; ms: number; state: 'delivered' | 'sent' | 'accepted' | 'refused'; why?: string}
  | {event: 'keepalive'};
