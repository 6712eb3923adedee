// The stream: performs what lib/stream-machine.ts decides.
import {signal} from '@preact/signals';
import {call} from '../lib/api';
import {kStopped, step, type Effect, type Input, type Places, type State, type Transport} from '../lib/stream-machine';
import type {StreamEvent} from '../lib/types';
import {here} from '../lib/url';
import {sessionLost} from './session';
import {lower, raise} from './strip';

export const status = signal<'connecting' | 'live' | 'waiting'>('connecting');
export const retryAt = signal(0);  // milliseconds since 1970, if waiting

type Handler<K extends StreamEvent['event']> = (event: Extract<StreamEvent, {event: K}>) => void;
const kHandlers = new Map<string, Set<(event: never) => void>>();

// Returns what ends it.
export function on<K extends StreamEvent['event']>(event: K, handler: Handler<K>): () => void {
  const all = kHandlers.get(event) ?? new Set();
  kHandlers.set(event, all.add(handler as (event: never) => void));
  return () => void all.delete(handler as (event: never) => void);
}

export interface Opening { complete: boolean; restarted: boolean; first: boolean }
const kOpeners = new Set<(opening: Opening) => void>();
// Called at each connection. Not complete: what is known may be wrong. first: begun without a place.
export function onOpen(run: (opening: Opening) => void): () => void {
  kOpeners.add(run);
  return () => void kOpeners.delete(run);
}

let state: State = kStopped;
let connection: {close(): void} | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let first = false;

export const places = (): Places => state.places;
export const stopped = (): boolean => state.phase === 'stopped';

function parse(text: string): StreamEvent | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found && 'event' in found ? found as StreamEvent : undefined;
  } catch {
    return undefined;
  }
}

// Frames and the end of an old connection mean nothing to a new one, so each has handlers of its own.
function connect(transport: Transport, query: Record<string, string>): void {
  let current = true;
  const address = new URL(here('stream'));
  const heard = (event: MessageEvent) => {
    const frame = current && typeof event.data === 'string' ? parse(event.data) : undefined;
    if (frame) run({kind: 'frame', frame, at: Date.now()});
  };
  const ended = () => {
    if (!current) return;
    current = false;
    run({kind: 'closed', at: Date.now()});
  };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  let socket: WebSocket | EventSource;
  if (transport === 'websocket') {
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(address);
    socket.addEventListener('close', ended);
  } else {
    address.searchParams.set('transport', 'sse');
    const source = socket = new EventSource(address);
    source.addEventListener('error', () => {
      source.close();  // it would come back by itself, with the old place
      ended();
    });
  }
  (socket as EventTarget).addEventListener('message', heard as EventListener);
  connection = {close() {
    current = false;
    socket.close();
  }};
}

async function check(): Promise<void> {
  const asked = state;
  const answer = await call('GET', 'current/user');
  if (state !== asked) return;  // stopped meanwhile
  run({kind: 'checked', status: answer.ok ? 200 : answer.status, at: Date.now(), random: Math.random(),
    ...(!answer.ok && answer.retryAfter !== undefined && {retryAfter: answer.retryAfter})});
}

function deliver(event: StreamEvent): void {
  for (const handler of [...kHandlers.get(event.event) ?? []]) {
    try {
      (handler as (event: StreamEvent) => void)(event);
    } catch (error) {
      console.error(error);  // one page's fault must not end the stream
    }
  }
}

function perform(effect: Effect): void {
  switch (effect.kind) {
    case 'connect':
      return connect(effect.transport, effect.query);
    case 'close':
      connection?.close();
      connection = undefined;
      return;
    case 'check':
      return void check();
    case 'timer':
      clearTimeout(timer);
      timer = setTimeout(() => run({kind: 'tick', at: Date.now()}), Math.max(0, effect.at - Date.now()));
      return;
    case 'deliver':
      return deliver(effect.event);
    case 'opened': {
      const opening = {complete: effect.complete, restarted: effect.restarted, first};
      first = false;
      return kOpeners.forEach((opener) => opener(opening));
    }
    case 'proxy':
      return effect.blamed ? raise({kind: 'proxy'}) : lower('proxy');
    case 'unreachable':
      return;
    case 'signedOut':
      return sessionLost();
  }
}

// One failure is not shown: most connections that break are back within a second.
function show(): void {
  const {phase, failures} = state;
  status.value = phase === 'live' ? 'live' : phase === 'waiting' ? 'waiting' : 'connecting';
  retryAt.value = phase === 'waiting' ? state.retryAt : 0;
  // A connection does not notice at once that the network has gone.
  if (phase !== 'stopped' && navigator.onLine === false) return raise({kind: 'offline'});
  if (phase === 'live' || phase === 'stopped') return lower('offline', 'reconnecting');
  lower('offline');
  if (failures > 1) raise({kind: 'reconnecting', ...(phase === 'waiting' && {retryAt: state.retryAt})});
}

function run(input: Input): void {
  const [next, effects] = step(state, input);
  state = next;
  if (next.phase === 'stopped') clearTimeout(timer);
  show();
  effects.forEach(perform);
}

const wake = () => run({kind: 'wake', at: Date.now()});
const visible = () => { if (document.visibilityState === 'visible') wake(); };

// From where the last one was, or from now on.
export function start(from: Places = {}): void {
  stop();
  first = from.head === undefined;
  addEventListener('online', wake);
  addEventListener('offline', show);
  addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', visible);
  run({kind: 'start', places: from, at: Date.now()});
}

export function stop(): void {
  removeEventListener('online', wake);
  removeEventListener('offline', show);
  removeEventListener('pageshow', wake);
  document.removeEventListener('visibilitychange', visible);
  run({kind: 'stop'});
}

// Now, without waiting for retryAt.
export function reconnect(): void {
  wake();
}
