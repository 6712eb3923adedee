// What the stream does, as a function of its state and of what happens: no socket, no clock, no chance in here.
import type {StreamEvent} from './types';

export type Transport = 'websocket' | 'sse';

export interface Places {
  head?: number;  // id of the newest message that was handled; undefined: begin now
  eventId?: number;
  epoch?: string;
}

export interface State {
  phase: 'stopped' | 'connecting' | 'live' | 'checking' | 'waiting';
  transport: Transport;
  places: Places;
  failures: number;  // in a row, since the last frame "open"
  upgrades: number;  // WebSockets in a row that did not open while the server answered other requests
  heardAt: number;  // when the last frame came, or when the connection was begun
  retryAt: number;  // if waiting
}

export type Input =
  | {kind: 'start'; places: Places; at: number}
  | {kind: 'stop'}
  | {kind: 'frame'; frame: StreamEvent; at: number}
  | {kind: 'closed'; at: number}
  | {kind: 'checked'; status: number; retryAfter?: number; at: number; random: number}  // of GET current/user; 0: not reached
  | {kind: 'wake'; at: number}  // online, visible again, or asked for
  | {kind: 'tick'; at: number};  // the time of the last effect "timer"

export type Effect =
  | {kind: 'connect'; transport: Transport; query: Record<string, string>}
  | {kind: 'close'}
  | {kind: 'check'}  // ask for current/user: is it this connection, the server, or the session?
  | {kind: 'timer'; at: number}  // replaces the one before
  | {kind: 'deliver'; event: StreamEvent}
  | {kind: 'opened'; complete: boolean; restarted: boolean}  // restarted: the server has, since the last time
  | {kind: 'proxy'; blamed: boolean}
  | {kind: 'unreachable'}
  | {kind: 'signedOut'};

export const kPing = 45_000;  // the server's sign of life
export const kSilence = 1.5 * kPing;
export const kConnecting = 15_000;  // longest wait for the frame "open"
const kUpgrades = 3;
const kFirst = 1_000, kLongest = 30_000;

export const kStopped: State =
  {phase: 'stopped', transport: 'websocket', places: {}, failures: 0, upgrades: 0, heardAt: 0, retryAt: 0};

// 1 to 30 s, a quarter more or less; random: 0 to 1.
export function backOff(failures: number, random: number): number {
  return Math.round(Math.min(kLongest, kFirst * 2 ** Math.max(0, failures - 1)) * (0.75 + random / 2));
}

export function query({head, eventId, epoch}: Places): Record<string, string> {
  return {
    events: '1',
    since_id: head === undefined ? 'latest' : String(head),
    ...(eventId !== undefined && head !== undefined && {since_event: String(eventId)}),
    ...(epoch !== undefined && {epoch}),
  };
}

type Step = [State, Effect[]];

function connect(state: State, at: number): Step {
  return [{...state, phase: 'connecting', heardAt: at}, [
    {kind: 'connect', transport: state.transport, query: query(state.places)},
    {kind: 'timer', at: at + kConnecting},
  ]];
}

function opened(state: State, frame: Extract<StreamEvent, {event: 'open'}>, at: number): Step {
  const {places} = state;
  // What follows the place that was given is still to come, so the place moves with it.
  const kept = frame.complete && places.head !== undefined;
  const next: State = {...state, phase: 'live', failures: 0, upgrades: 0, heardAt: at,
    places: {head: kept ? places.head! : frame.head, eventId: frame.event_id, epoch: frame.epoch}};
  const effects: Effect[] = [
    {kind: 'timer', at: at + kSilence},
    {kind: 'proxy', blamed: state.transport === 'sse'},
    {kind: 'opened', complete: frame.complete, restarted: places.epoch !== undefined && places.epoch !== frame.epoch},
  ];
  return [next, effects];
}

function frame(state: State, event: StreamEvent, at: number): Step {
  if (state.phase !== 'connecting' && state.phase !== 'live') return [state, []];
  if (event.event === 'open') return opened(state, event, at);
  if (state.phase !== 'live') return [state, []];  // "open" is always the first
  const next: State = {...state, heardAt: at};
  const timer: Effect = {kind: 'timer', at: at + kSilence};
  switch (event.event) {
    case 'keepalive':
      return [next, [timer]];
    case 'message':
      if (event.message.id <= (state.places.head ?? 0)) return [next, [timer]];
      next.places = {...state.places, head: event.message.id};
      break;
    case 'delete':
    case 'read':
      next.places = {...state.places, eventId: event.event_id};
      break;
    default:
  }
  return [next, [timer, {kind: 'deliver', event}]];
}

function closed(state: State, at: number): Step {
  if (state.phase !== 'connecting' && state.phase !== 'live') return [state, []];
  const failed = state.phase === 'connecting' && state.transport === 'websocket';
  // Whether it counts as a failed upgrade is known when the server has answered: until then it stands as a half.
  const upgrades = failed ? state.upgrades + 0.5 : 0;
  return [{...state, phase: 'checking', failures: state.failures + 1, upgrades, heardAt: at}, [{kind: 'check'}]];
}

function checked(state: State, input: Extract<Input, {kind: 'checked'}>): Step {
  if (state.phase !== 'checking') return [state, []];
  const {status, at} = input;
  if (status === 401) return [{...state, phase: 'stopped'}, [{kind: 'signedOut'}]];
  const answers = status >= 200 && status < 500;
  const upgrades = answers ? Math.ceil(state.upgrades) : Math.floor(state.upgrades);
  if (answers && state.transport === 'websocket' && upgrades >= kUpgrades) {
    return connect({...state, transport: 'sse', upgrades: 0}, at);
  }
  const wait = Math.max(backOff(state.failures, input.random), (input.retryAfter ?? 0) * 1000);
  const effects: Effect[] = [{kind: 'timer', at: at + wait}];
  if (status === 0) effects.push({kind: 'unreachable'});
  return [{...state, phase: 'waiting', upgrades, retryAt: at + wait}, effects];
}

function overdue(state: State, at: number): boolean {
  return (state.phase === 'live' && at - state.heardAt >= kSilence) ||
    (state.phase === 'connecting' && at - state.heardAt >= kConnecting);
}

function cut(state: State, at: number): Step {
  const [next, effects] = closed(state, at);
  return [next, [{kind: 'close'}, ...effects]];
}

// A clock may say a little less than the timer that has just run out, so a tick that is too early asks for another.
function tick(state: State, at: number): Step {
  if (state.phase === 'waiting') return at >= state.retryAt ? connect(state, at) : [state, [{kind: 'timer', at: state.retryAt}]];
  if (overdue(state, at)) return cut(state, at);
  if (state.phase === 'live') return [state, [{kind: 'timer', at: state.heardAt + kSilence}]];
  if (state.phase === 'connecting') return [state, [{kind: 'timer', at: state.heardAt + kConnecting}]];
  return [state, []];
}

export function step(state: State, input: Input): Step {
  switch (input.kind) {
    case 'start':
      return connect({...kStopped, places: input.places}, input.at);
    case 'stop':
      return [{...kStopped, places: state.places}, [{kind: 'close'}]];
    case 'frame':
      return frame(state, input.frame, input.at);
    case 'closed':
      return closed(state, input.at);
    case 'checked':
      return checked(state, input);
    case 'wake':
      if (state.phase === 'waiting') return connect(state, input.at);
      return overdue(state, input.at) ? cut(state, input.at) : [state, []];
    case 'tick':
      return tick(state, input.at);
  }
}
