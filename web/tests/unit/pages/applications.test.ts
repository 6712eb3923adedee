import {describe, expect, it} from 'vitest';
import {slot, step, target} from '../../../src/features/applications/order';
import {largest, pictureOf, place, refusal, steps} from '../../../src/features/applications/picture';
import {choices, span} from '../../../src/features/devices/expiry';

describe('place', () => {
  it('keeps the proportions and stands in the middle', () => {
    expect(place(512, 512)).toEqual({ x: 0, y: 0, width: 256, height: 256 });
    expect(place(1000, 500)).toEqual({ x: 0, y: 64, width: 256, height: 128 });
    expect(place(300, 900)).toEqual({ x: 85, y: 0, width: 85, height: 256 });
    expect(place(16, 16)).toEqual({ x: 0, y: 0, width: 256, height: 256 });
  });
  it('is within the square and never without a pixel', () => {
    for (const [w, h] of [[1, 100_000], [100_000, 1], [3, 7], [257, 255], [4000, 3999]] as const) {
      const at = place(w, h);
      expect(Math.min(at.x, at.y, at.width - 1, at.height - 1)).toBeGreaterThanOrEqual(0);
      expect(Math.max(at.x + at.width, at.y + at.height)).toBeLessThanOrEqual(256);
    }
  });
  it('has a size for a drawing that has none', () => expect(place(0, 0)).toEqual({ x: 0, y: 0, width: 256, height: 256 }));
});

describe('steps', () => {
  it('halves, and ends no smaller than what is wanted', () => {
    expect(steps(1024, 1024, place(1024, 1024))).toEqual([[512, 512], [256, 256]]);
    expect(steps(300, 300, place(300, 300))).toEqual([]);
    expect(steps(1e9, 1e9, place(1, 1)).length).toBeLessThanOrEqual(8);
  });
});

describe('pictures', () => {
  it('are refused by their kind and size', () => {
    expect(refusal({ type: 'image/png', size: 1 })).toBeNull();
    expect(refusal({ type: 'text/html', size: 1 })).toBe('type');
    expect(refusal({ type: '', size: 1 })).toBe('type');
    expect(refusal({ type: 'image/jpeg', size: largest + 1 })).toBe('size');
  });
  it('are found among what was dropped', () => {
    const text = new File(['a'], 'a.txt', { type: 'text/plain' });
    const png = new File(['a'], 'a.png', { type: 'image/png' });
    expect(pictureOf([text, png])).toBe(png);
    expect(pictureOf([text])).toBe(text);
    expect(pictureOf([])).toBeNull();
    expect(pictureOf(null)).toBeNull();
  });
});

describe('order', () => {
  const ids = [11, 12, 13, 14];
  it('finds the gap below the pointer', () => {
    expect([0, 9, 10, 29, 30, 99].map((y) => slot([10, 30, 50], y))).toEqual([0, 0, 1, 1, 2, 3]);
  });
  it('names the row that follows', () => {
    expect(target(ids, 3, 0)).toEqual({ before: 11 });
    expect(target(ids, 0, 2)).toEqual({ before: 13 });
    expect(target(ids, 0, 4)).toEqual({});
    expect(target(ids, 1, 9)).toEqual({});
  });
  it('does nothing where the row stands already', () => {
    expect(target(ids, 1, 1)).toBeNull();
    expect(target(ids, 1, 2)).toBeNull();
    expect(target(ids, 3, 4)).toBeNull();
    expect(target(ids, -1, 0)).toBeNull();
  });
  it('moves by one and stops at the ends', () => {
    const moved = (from: number, by: 1 | -1): number[] => {
      const gap = step(ids.length, from, by);
      const to = gap === null ? null : target(ids, from, gap);
      if (!to) return ids;
      const rest = ids.filter((_, i) => i !== from);
      rest.splice(to.before === undefined ? rest.length : rest.indexOf(to.before), 0, ids[from]!);
      return rest;
    };
    expect(moved(0, 1)).toEqual([12, 11, 13, 14]);
    expect(moved(2, 1)).toEqual([11, 12, 14, 13]);
    expect(moved(3, -1)).toEqual([11, 12, 14, 13]);
    expect(moved(0, -1)).toEqual(ids);
    expect(moved(3, 1)).toEqual(ids);
  });
});

describe('expiry', () => {
  it('offers the usual ones, never, and what is set', () => {
    expect(choices(0)).toEqual([604_800, 2_592_000, 7_776_000, 31_536_000, 0]);
    expect(choices(604_800)).toEqual(choices(0));
    expect(choices(60)).toEqual([60, ...choices(0)]);
    expect(choices(1e9)).toEqual([604_800, 2_592_000, 7_776_000, 31_536_000, 1e9, 0]);
  });
  it('is said in the greatest whole unit', () => {
    expect(span(604_800)).toEqual({ unit: 'days', n: 7 });
    expect(span(5400)).toEqual({ unit: 'minutes', n: 90 });
    expect(span(7200)).toEqual({ unit: 'hours', n: 2 });
    expect(span(61)).toEqual({ unit: 'seconds', n: 61 });
  });
});
