import {describe, expect, it} from 'vitest';
import {outline, quiet} from '../../../src/features/devices/code';
import {sorted} from '../../../src/features/devices/order';
import {bytes, count, duration, lasted, perSecond} from '../../../src/features/server/format';
import {check} from '../../../src/features/users/check';
import type {Client, TestAnswer} from '../../../src/lib/types';
import {differing, fitting} from '../../../src/parts/draft';
import {at, problem, rest} from '../../../src/parts/problem';
import {rows, type Receipt} from '../../../src/parts/receipts';

const client = (id: number, lastUsed: string | null = null): Client => ({id, name: `device ${id}`, lastUsed});
const message = {id: 7, appid: 1, message: 'm', title: 't', priority: 5, date: '2026-01-01T00:00:00Z'};
const answer: TestAnswer = {
  message,
  devices: [
    {id: 1, client: 1, name: 'Pixel', via: 'websocket', state: 'waiting'},
    {id: 2, client: 2, name: 'script', via: 'poll', state: 'sent'},
  ],
};
const receipt = (of: Partial<Receipt>): Receipt => ({event: 'receipt', id: 7, client: 1, via: 'websocket', ms: 14.2, state: 'delivered', ...of});

describe('receipts', () => {
  it('wait, then tell who received it', () => {
    expect(rows(answer, [], [], false).map(row => row.state)).toEqual(['waiting', 'sent']);
    const found = rows(answer, [receipt({})], [], false);
    expect(found[0]).toMatchObject({name: 'Pixel', state: 'delivered', ms: 14.2, via: 'websocket'});
    expect(found[1]!.state).toBe('sent');
  });
  it('of other messages do not count', () => {
    expect(rows(answer, [receipt({id: 6})], [], false)[0]!.state).toBe('waiting');
  });
  it('name what did not answer in time', () => {
    expect(rows(answer, [], [], true).map(row => row.state)).toEqual(['silent', 'sent']);
    expect(rows(answer, [receipt({})], [], true)[0]!.state).toBe('delivered');
  });
  it('add pushes and devices that are offline, the one seen last first', () => {
    const clients = [client(1), client(2), client(3, '2026-01-01T00:00:00Z'), client(4, '2026-01-03T00:00:00Z'), client(5), client(6)];
    const found = rows(answer, [receipt({client: 6, via: 'push', state: 'refused', why: 'gone'})], clients, false);
    expect(found.map(row => [row.name, row.state])).toEqual([
      ['Pixel', 'waiting'], ['script', 'sent'], ['device 6', 'refused'], ['device 4', 'offline'], ['device 3', 'offline'], ['device 5', 'offline'],
    ]);
    expect(found[2]!.why).toBe('gone');
    expect(found[3]!.since).toBe('2026-01-03T00:00:00Z');
    expect(new Set(found.map(row => row.key)).size).toBe(found.length);
  });
});

describe('drafts', () => {
  const saved = {name: 'a', priority: 5 as number | null, days: null as number | null};
  it('keep only what the form has, of its kind', () => {
    expect(fitting(saved, {name: 'b', pass: 'secret', priority: '7', days: 3})).toEqual({name: 'b', days: 3});
    expect(fitting(saved, {other: null, pass: null})).toEqual({});
    expect(fitting(saved, {priority: null, days: 'x', toString: 'y'})).toEqual({priority: null});
  });
  it('forget what is as saved', () => {
    expect(differing(saved, {name: 'a', priority: 6})).toEqual({priority: 6});
    expect(differing(saved, {name: 'a', days: null})).toEqual({});
  });
});

describe('problems', () => {
  const of = (status: number, text: string, retryAfter?: number) => problem({ok: false, status, text, ...(retryAfter !== undefined && {retryAfter})});
  it('stand at the field they are about', () => {
    expect(of(400, "Field 'name' is required").field).toBe('name');
    expect(of(400, 'username already exists').field).toBe('name');
    expect(of(500, 'duplicated key not allowed').field).toBe('name');
    expect(of(400, "Field 'days' must be less or equal to 36500").field).toBe('days');
    expect(of(400, 'file must be an image').field).toBe('picture');
    const found = of(400, 'cannot delete last admin');
    expect(found.text).toMatch(/last administrator/);
    expect([at(found, 'admin'), at(found, 'name'), rest(found, 'name'), rest(found, 'admin')]).toEqual([found.text, null, found.text, null]);
  });
  it('say what to do', () => {
    expect(of(0, 'Failed to fetch').text).toMatch(/not reached/);
    expect(of(404, "app with id 99 doesn't exists").text).toMatch(/deleted/);
    expect(of(404, 'client not found').text).toMatch(/deleted/);
    expect(of(403, 'session not elevated, use basic auth or call /client:elevate').text).toMatch(/confirm/);
    expect(of(503, 'busy', 3).text).toContain('3 seconds');
    expect(of(429, 'busy', 1).text).toContain('a second');
  });
  it('quote what they do not know', () => expect(of(418, 'short and stout').text).toContain('short and stout'));
});

describe('users', () => {
  it('need a name and, when new, a password that fits', () => {
    expect(check(' ', 'x', true)?.field).toBe('name');
    expect(check('a', '', true)?.field).toBe('pass');
    expect(check('a', '', false)).toBeNull();
    expect(check('a', 'ü'.repeat(36), true)).toBeNull();
    expect(check('a', 'ü'.repeat(37), false)?.field).toBe('pass');
  });
});

describe('devices', () => {
  it('stand in order: this one, those that listen, those used last', () => {
    const all = [client(1, '2026-01-05T00:00:00Z'), client(2), client(3, '2026-01-01T00:00:00Z'), client(4, '2026-01-02T00:00:00Z'), client(5)];
    expect(sorted(all, 2, id => id === 3).map(one => one.id)).toEqual([2, 3, 1, 4, 5]);
    expect(all[0]!.id).toBe(1);
  });
  it('have a code of rectangles, one for each run', () => {
    expect(outline([[true, true, false, true], [false, false, false, false]])).toBe(`M${quiet} ${quiet}h2v1h-2zM${quiet + 3} ${quiet}h1v1h-1z`);
  });
});

describe('figures', () => {
  it('are short', () => {
    expect([0, 999, 1000, 61_200_000, 999_600, 1.25e9].map(bytes)).toEqual(['0 B', '999 B', '1 kB', '61 MB', '1 MB', '1.3 GB']);
    expect([0.0004, 0.0142, 1.24, null].map(duration)).toEqual(['0.4 ms', '14 ms', '1.2 s', '–']);
    expect([0, 0.26, 312.4].map(perSecond)).toEqual(['0 /s', '0.3 /s', '312 /s']);
    expect(count(14203)).toBe('14,203');
  });
  it('say for how long the server runs', () => {
    const hour = 3_600_000;
    expect([-5, 0, 59_999, 60_000, 3 * hour, 47 * hour, 48 * hour, 299 * hour].map(lasted)).toEqual([
      '0 seconds', '0 seconds', '59 seconds', '1 minute', '3 hours', '47 hours', '2 days', '12 days',
    ]);
  });
});
