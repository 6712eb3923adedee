import { describe, expect, test } from 'vitest';
import { Heights, rangeOf } from '../../../src/features/messages/heights';
import { toRows } from '../../../src/features/messages/rows';

const dates: Record<number, string> = {
  5: '2026-11-28T10:00:00.5Z',
  4: '2026-11-28T09:00:00.5Z',
  3: '2026-11-27T12:00:00.5Z',
  2: '2026-11-28T11:00:00.5Z',
  1: 'no date',
};
const keys = (ids: number[], since: { id: number; at: number } | null = null) =>
  toRows(ids, (id) => dates[id] ?? '', since).map(({ key }) => key);

describe('rows', () => {
  test('each day has a heading, and each heading a key of its own', () => {
    const found = keys([5, 4, 3, 2]);
    expect(found.filter((key) => typeof key === 'number')).toEqual([5, 4, 3, 2]);
    expect(found.filter((key) => typeof key === 'string')).toHaveLength(3);
    expect(new Set(found).size).toBe(found.length);
  });

  test('the line stands below what is new, not on top, not at the end', () => {
    const messages = (found: (string | number)[]) => found.filter((key) => typeof key === 'number' || key === 'new');
    expect(messages(keys([5, 4], { id: 4, at: 1 }))).toEqual([5, 'new', 4]);
    expect(messages(keys([5, 4], { id: 5, at: 1 }))).toEqual([5, 4]);
    expect(messages(keys([5, 4], { id: 3, at: 1 }))).toEqual([5, 4]);
    // the message of the mark itself may be deleted
    expect(messages(keys([5, 3], { id: 4, at: 1 }))).toEqual([5, 'new', 3]);
  });

  test('a date that is none has a heading, too', () => expect(keys([1])).toEqual(['day ', 1]));
});

describe('heights', () => {
  test('offsets are sums of what is measured, and guesses', () => {
    const heights = new Heights(100);
    heights.setKeys([1, 2, 3]);
    expect(heights.total()).toBe(300);
    expect(heights.measure(2, 50)).toBe(true);
    expect(heights.measure(2, 50)).toBe(false);
    expect([0, 1, 2, 3].map((at) => heights.offset(at))).toEqual([0, 100, 150, 250]);
    expect([-5, 0, 99, 100, 149, 150, 999].map((y) => heights.at(y))).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });

  test('what is known stays known when rows come and go', () => {
    const heights = new Heights(100);
    heights.setKeys([1, 2, 3]);
    heights.measure(1, 10);
    heights.measure(3, 30);
    heights.total();
    heights.setKeys([9, 1, 3]);
    expect([0, 1, 2, 3].map((at) => heights.offset(at))).toEqual([0, 100, 110, 140]);
    heights.setKeys([3]);
    expect(heights.total()).toBe(30);
  });

  test('agree with a simple sum after any changes', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    const heights = new Heights(40);
    const known = new Map<number, number>();
    let rows: number[] = [];
    for (let turn = 0; turn < 300; turn++) {
      if (turn % 3 === 0)
        rows = Array.from({ length: random(30) }, (_, at) => at + random(3) * 100).filter(
          (key, at, all) => all.indexOf(key) === at,
        );
      heights.setKeys(rows);
      const key = rows[random(rows.length || 1)];
      // fewer than 20 are measured, so the guess stays what it is
      if (key !== undefined && (known.has(key) || known.size < 19)) {
        known.set(key, 5 + random(50));
        heights.measure(key, known.get(key)!);
      }
      const at = random(rows.length + 1);
      const sum = rows.slice(0, at).reduce((all, one) => all + (known.get(one) ?? 40), 0);
      expect(Math.abs(heights.offset(at) - sum)).toBeLessThan(0.5 * rows.length + 0.01);
    }
  });

  test('another width makes guesses of them, of the average height', () => {
    const heights = new Heights(100);
    const many = Array.from({ length: 30 }, (_, at) => at);
    heights.setKeys(many);
    for (const key of many) heights.measure(key, 50);
    heights.forget();
    expect(heights.total()).toBe(1500);
  });

  test('a range covers what is in sight and what is asked around it', () => {
    const heights = new Heights(100);
    expect(rangeOf(heights, 0, 500, 500)).toEqual([0, -1]);
    heights.setKeys(Array.from({ length: 100 }, (_, at) => at));
    expect(rangeOf(heights, 0, 500, 500)).toEqual([0, 10]);
    expect(rangeOf(heights, 2000, 2500, 500)).toEqual([15, 30]);
    expect(rangeOf(heights, 9900, 10400, 500)).toEqual([94, 99]);
  });
});
