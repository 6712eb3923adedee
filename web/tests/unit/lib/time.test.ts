import {expect, test} from 'vitest';
import {absolute, clock, dayLabel, relative} from '../../../src/lib/time';

const noon = new Date(2026, 5, 17, 12).getTime();  // a Wednesday
const ago = (ms: number) => new Date(noon - ms).toISOString();
const minute = 60_000, hour = 60 * minute, day = 24 * hour;

test.each([[0, 'now'], [59_000, 'now'], [-5000, 'now'], [minute, '1 min. ago'], [59 * minute, '59 min. ago'], [hour, '1 hr. ago'], [23.9 * hour, '23 hr. ago'],
  [day, 'yesterday'], [3 * day, '3 days ago'], [6.9 * day, '6 days ago'], [7 * day, 'Jun 10'], [400 * day, 'May 13, 2025'], [-2 * hour, 'in 2 hr.']])(
  '%d ms ago is %s', (ms, text) => expect(relative(ago(ms), noon, 'en')).toBe(text));

test('German', () => {
  expect(relative(ago(3 * day), noon, 'de')).toBe('vor 3 Tagen');
  expect(dayLabel(ago(day), noon, 'de')).toBe('Gestern');
});

test.each([[0, 'Today'], [13 * hour, 'Yesterday'], [2 * day, 'Monday'], [6 * day, 'Thursday'], [7 * day, 'June 10, 2026'], [-day, 'June 18, 2026']])(
  '%d ms ago is in %s', (ms, text) => expect(dayLabel(ago(ms), noon, 'en')).toBe(text));

test('what is no date is empty', () => {
  for (const text of [relative('x', noon, 'en'), absolute('', 'en'), dayLabel('x', noon, 'en')]) expect(text).toBe('');
});
test('whole', () => {
  expect(absolute(ago(0), 'en')).toBe('Jun 17, 2026, 12:00:00 PM');
  expect(clock(noon, 'de')).toBe('12:00');
});
