import {expect, test} from 'vitest';
import {between, isKey} from '../../../src/lib/sortkey';

// Values of the package fractional-indexing.
test.each([
  [undefined, undefined, 'a0'],
  [undefined, 'a0', 'Zz'],
  [undefined, 'Zz', 'Zy'],
  ['a0', undefined, 'a1'],
  ['a1', undefined, 'a2'],
  ['az', undefined, 'b00'],
  ['a0', 'a1', 'a0V'],
  ['a1', 'a2', 'a1V'],
  ['a0V', 'a1', 'a0l'],
  ['Zz', 'a0', 'ZzV'],
  ['Zz', 'a1', 'a0'],
  [undefined, 'Y00', 'Xzzz'],
  ['bzz', undefined, 'c000'],
  ['a0', 'a0V', 'a0G'],
  ['a0', 'a0G', 'a08'],
  ['b125', 'b129', 'b127'],
  ['a0', 'a1V', 'a1'],
  ['Zz', 'a01', 'a0'],
  [undefined, 'a0V', 'a0'],
  [undefined, 'b999', 'b99'],
  ['zzzzzzzzzzzzzzzzzzzzzzzzzzy', undefined, 'zzzzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['zzzzzzzzzzzzzzzzzzzzzzzzzzz', undefined, 'zzzzzzzzzzzzzzzzzzzzzzzzzzzV'],
])('between %s and %s is %s', (a, b, key) => expect(between(a, b)).toBe(key));

test.each([['a00', undefined], ['a1', 'a0'], ['a0', 'a0'], ['zzzz not valid', undefined], ['', 'a0'], [undefined, 'A00000000000000000000000000']])(
  'refuses %s, %s', (a, b) => expect(() => between(a, b)).toThrow(RangeError));

test('a thousand insertions at random places stay in order', () => {
  const keys = [between()];
  let seed = 7;
  for (let i = 0; i < 1000; ++i) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const at = seed % (keys.length + 1);
    keys.splice(at, 0, between(keys[at - 1], keys[at]));
  }
  expect(keys).toEqual([...keys].sort((a, b) => a < b ? -1 : a > b ? 1 : 0));
  expect(new Set(keys).size).toBe(1001);
  expect(keys.every(isKey)).toBe(true);
});
