import {describe, expect, test} from 'vitest';
import {backOff, kConnecting, kSilence, kStopped, query, step, type Effect, type Input, type Places, type State} from '../../../src/lib/stream-machine';
import type {StreamEvent} from '../../../src/lib/types';
import {message} from '../support/page';

const open = (more: object = {}) => ({event: 'open', head: 120, event_id: 45, epoch: 'e1', complete: true, ...more}) as StreamEvent;

// A machine that keeps its state, its clock, and what the last step asked for.
class Machine {
  state: State = kStopped;
  effects: Effect[] = [];
  at = 1_000_000;
  do(input: Input): this {
    [this.state, this.effects] = step(this.state, input);
    return this;
  }
  start(places: Places = {}) { return this.do({kind: 'start', places, at: this.at}); }
  frame(frame: StreamEvent) { return this.do({kind: 'frame', frame, at: this.at}); }
  close() { return this.do({kind: 'closed', at: this.at}); }
  checked(status: number, random = 0.5, retryAfter?: number) {
    return this.do({kind: 'checked', status, at: this.at, random, ...(retryAfter !== undefined && {retryAfter})});
  }
  wake() { return this.do({kind: 'wake', at: this.at}); }
  tick(after: number) {
    this.at += after;
    return this.do({kind: 'tick', at: this.at});
  }
  kinds() { return this.effects.map((effect) => effect.kind); }
  find<K extends Effect['kind']>(kind: K) { return this.effects.find((effect) => effect.kind === kind) as Extract<Effect, {kind: K}> | undefined; }
  live(places: Places = {}) { return this.start(places).frame(open()); }
}

describe('places', () => {
  test('the first time begins now', () => {
    expect(new Machine().start().find('connect')).toEqual({kind: 'connect', transport: 'websocket', query: {events: '1', since_id: 'latest'}});
  });

  test('a place is given back whole', () => {
    expect(query({head: 7, eventId: 3, epoch: 'x'})).toEqual({events: '1', since_id: '7', since_event: '3', epoch: 'x'});
    expect(query({eventId: 3})).toEqual({events: '1', since_id: 'latest'});
    expect(query({head: 0, eventId: 0, epoch: ''})).toEqual({events: '1', since_id: '0', since_event: '0', epoch: ''});
  });

  test('they follow what is delivered', () => {
    const machine = new Machine().live();
    expect(machine.state.places).toEqual({head: 120, eventId: 45, epoch: 'e1'});
    machine.frame({event: 'message', message: message(121)}).frame({event: 'delete', event_id: 46, ids: [3]}).frame({event: 'read', event_id: 48, upTo: 9});
    expect(machine.state.places).toEqual({head: 121, eventId: 48, epoch: 'e1'});
    machine.close().checked(200).tick(2000);
    expect(machine.find('connect')!.query).toEqual({events: '1', since_id: '121', since_event: '48', epoch: 'e1'});
  });

  test('a complete resumption keeps the place until what was missed has come', () => {
    const machine = new Machine().live({head: 100, eventId: 40, epoch: 'e1'});
    expect(machine.state.places.head).toBe(100);
    machine.frame({event: 'message', message: message(101)});
    expect(machine.state.places.head).toBe(101);
    expect(machine.find('deliver')).toBeDefined();
  });

  test('an incomplete one begins at the head', () => {
    const machine = new Machine().start({head: 100, eventId: 40, epoch: 'e1'}).frame(open({complete: false, head: 60, event_id: 5}));
    expect(machine.state.places).toEqual({head: 60, eventId: 5, epoch: 'e1'});
    expect(machine.find('opened')).toEqual({kind: 'opened', complete: false, restarted: false});
  });

  test('another epoch is a restart; the first one is not', () => {
    expect(new Machine().live({head: 1, eventId: 1, epoch: 'e0'}).find('opened')).toMatchObject({restarted: true});
    expect(new Machine().live().find('opened')).toMatchObject({restarted: false});
  });

  test('a message that was there already is not delivered again', () => {
    const machine = new Machine().live().frame({event: 'message', message: message(120)});
    expect(machine.kinds()).toEqual(['timer']);
    expect(machine.state.places.head).toBe(120);
  });
});

describe('frames', () => {
  test('nothing is delivered before "open"', () => {
    const machine = new Machine().start().frame({event: 'message', message: message(5)});
    expect(machine.effects).toEqual([]);
    expect(machine.state.places).toEqual({});
  });
  test('unknown ones are passed on and change nothing', () => {
    const machine = new Machine().live();
    const before = machine.state;
    machine.frame({event: 'later', x: 1} as never);
    expect(machine.state).toEqual(before);
    expect(machine.state.phase).toBe('live');
  });
  test('a keepalive is no event', () => expect(new Machine().live().frame({event: 'keepalive'}).kinds()).toEqual(['timer']));
  test('what comes after the stop is dropped', () => {
    const machine = new Machine().live().do({kind: 'stop'});
    expect(machine.kinds()).toEqual(['close']);
    expect(machine.frame({event: 'message', message: message(200)}).effects).toEqual([]);
    expect(machine.close().effects).toEqual([]);
    expect(machine.checked(200).effects).toEqual([]);
  });
});

describe('failures', () => {
  test('back-off', () => {
    expect([1, 2, 3, 5, 6, 20].map((n) => backOff(n, 0.5))).toEqual([1000, 2000, 4000, 16000, 30000, 30000]);
    expect([backOff(1, 0), backOff(1, 1), backOff(9, 0), backOff(9, 1)]).toEqual([750, 1250, 22500, 37500]);
  });

  test('waits are whole milliseconds, as timers are', () => expect(backOff(2, 0.123456)).toBe(1623));

  test('each one asks, waits longer and connects again', () => {
    const machine = new Machine().live();
    const waits: number[] = [];
    for (let i = 0; i < 4; ++i) {
      expect(machine.close().kinds()).toEqual(['check']);
      machine.checked(0);
      expect(machine.find('unreachable')).toBeDefined();
      waits.push(machine.state.retryAt - machine.at);
      machine.tick(waits.at(-1)! - 1);
      expect(machine.effects).toEqual([{kind: 'timer', at: machine.state.retryAt}]);  // a tick that is too early asks for another
      machine.tick(1);
      expect(machine.find('connect')).toBeDefined();
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
    machine.frame(open());
    expect(machine.state.failures).toBe(0);
  });

  test('a session that has ended', () => {
    const machine = new Machine().live().close().checked(401);
    expect(machine.kinds()).toEqual(['signedOut']);
    expect(machine.state.phase).toBe('stopped');
    expect(machine.wake().effects).toEqual([]);
  });

  test('a busy server is left alone as long as it says', () => {
    const machine = new Machine().live().close().checked(503, 0.5, 20);
    expect(machine.state.retryAt - machine.at).toBe(20_000);
  });

  test('online or visible again: at once', () => {
    const machine = new Machine().live().close().checked(0);
    expect(machine.wake().kinds()).toEqual(['connect', 'timer']);
    expect(machine.wake().effects).toEqual([]);
  });
});

describe('silence', () => {
  test('is cut after 1.5 periods, and any frame puts it off', () => {
    const machine = new Machine().live();
    expect(kSilence).toBe(67_500);
    machine.tick(kSilence - 1);
    expect(machine.effects).toEqual([{kind: 'timer', at: machine.at + 1}]);
    machine.frame({event: 'keepalive'});
    expect(machine.find('timer')!.at).toBe(machine.at + kSilence);
    expect(machine.tick(kSilence - 1).kinds()).toEqual(['timer']);
    expect(machine.tick(1).kinds()).toEqual(['close', 'check']);
  });
  test('is seen when the page wakes up', () => {
    const machine = new Machine().live();
    expect(machine.wake().effects).toEqual([]);
    machine.at += kSilence;
    expect(machine.wake().kinds()).toEqual(['close', 'check']);
  });
  test('a connection that does not open', () => {
    const machine = new Machine().start();
    expect(machine.tick(kConnecting - 1).effects).toEqual([{kind: 'timer', at: machine.at + 1}]);
    expect(machine.tick(1).kinds()).toEqual(['close', 'check']);
  });
});

describe('a proxy without WebSockets', () => {
  const fail = (machine: Machine, status: number) => machine.close().checked(status).tick(60_000);

  test('three failed upgrades while the server answers: EventSource', () => {
    const machine = new Machine().start();
    fail(machine, 200);
    expect(machine.find('connect')!.transport).toBe('websocket');
    fail(machine, 200);
    machine.close().checked(200);
    expect(machine.find('connect')).toMatchObject({transport: 'sse', query: {events: '1', since_id: 'latest'}});
    machine.frame(open());
    expect(machine.find('proxy')).toEqual({kind: 'proxy', blamed: true});
    expect(machine.close().checked(200).tick(60_000).find('connect')!.transport).toBe('sse');
  });

  test('not if the server does not answer either', () => {
    const machine = new Machine().start();
    for (let i = 0; i < 8; ++i) fail(machine, i % 2 ? 0 : 503);
    expect(machine.find('connect')!.transport).toBe('websocket');
    expect(machine.state.upgrades).toBe(0);
  });

  test('not if one opens in between', () => {
    const machine = new Machine().start();
    fail(machine, 200);
    fail(machine, 200);
    machine.frame(open());
    expect(machine.find('proxy')).toEqual({kind: 'proxy', blamed: false});
    fail(machine, 200);
    fail(machine, 200);
    fail(machine, 200);
    expect(machine.find('connect')!.transport).toBe('websocket');
  });
});
