import 'fake-indexeddb/auto';
import {beforeEach, expect, test, vi} from 'vitest';
import {forget, load, save, trimmed, type Cached} from '../../../src/lib/db';
import {names, prefix, read, readJson, write} from '../../../src/lib/storage';
import {message, openPage} from '../support/page';

const cached = (count: number, text = 'x'): Cached => ({messages: Array.from({length: count}, (_, i) => message(count - i, {message: text})), more: false,
  cursors: {head: count, eventId: 3, epoch: 'e'}, marks: {upTo: 1, ids: [2]}});

beforeEach(() => { openPage(); });

test('each user has a record', async () => {
  await save('1', cached(3));
  await save('2', cached(1));
  expect((await load('1'))?.messages.length).toBe(3);
  expect(await load('2')).toEqual(expect.objectContaining({cursors: {head: 1, eventId: 3, epoch: 'e'}, marks: {upTo: 1, ids: [2]}, more: false}));
  await forget('1');
  expect(await load('1')).toBeUndefined();
  expect(await load('2')).toBeDefined();
});

test('the newest 500, or 2 MB', () => {
  const many = trimmed(cached(600));
  expect([many.messages.length, many.messages[0]!.id, many.more]).toEqual([500, 600, true]);
  const large = trimmed(cached(30, 'y'.repeat(100_000)));
  expect([large.messages.length, large.more]).toEqual([9, true]);
  expect(trimmed(cached(500)).more).toBe(false);
});

test('without IndexedDB nothing is kept and nothing fails', async () => {
  vi.stubGlobal('indexedDB', {open() { throw new DOMException('no', 'SecurityError'); }});
  await save('1', cached(1));
  expect(await load('1')).toBeUndefined();
  await forget('1');
  vi.unstubAllGlobals();
});

test('servers under other paths have other names', () => {
  expect(prefix()).toBe('sg:/sub/:');
  localStorage.setItem('sg:/:a', 'other');
  expect(read('a')).toBe(null);
  expect(write('a', {b: 1})).toBe(true);
  expect(readJson('a')).toEqual({b: 1});
  expect(names()).toEqual(['a']);
  write('a', undefined);
  expect(read('a')).toBe(null);
  write('a', '{broken');
  expect(readJson('a')).toBeUndefined();
});

test('a storage that is switched off', () => {
  vi.stubGlobal('localStorage', {getItem() { throw new Error('off'); }, setItem() { throw new Error('off'); }, removeItem() { throw new Error('off'); }});
  expect([read('a'), readJson('a'), write('a', 1), write('a', undefined)]).toEqual([null, undefined, false, false]);
});
