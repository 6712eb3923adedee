import {expect, test} from 'vitest';
import {MessageList} from '../../../src/lib/message-list';
import {message} from '../support/page';

const ids = (list: MessageList, appid?: number) => [...list.newestFirst(appid)].map((one) => one.id);
const page = (from: number, to: number, more: object = {}) => Array.from({length: from - to + 1}, (_, i) => message(from - i, more));

test('nothing is shown before the first page', () => {
  const list = new MessageList();
  list.put([message(9)]);
  expect(ids(list)).toEqual([]);
  list.putPage(page(8, 6), false);
  expect(ids(list)).toEqual([9, 8, 7, 6]);
  expect(list.lowest()).toBe(6);
});

test('what lies below a gap is not shown', () => {
  const list = new MessageList();
  list.putPage(page(20, 15), false);
  list.put([message(3)]);
  expect(ids(list)).toEqual([20, 19, 18, 17, 16, 15]);
  expect(list.get(3)?.id).toBe(3);
  list.putPage(page(14, 4), false);
  expect(ids(list).at(-1)).toBe(4);
  list.putPage(page(3, 1), true);
  expect(ids(list).length).toBe(20);
  expect(list.lowest()).toBe(0);
});

test('an application has a place of its own', () => {
  const list = new MessageList();
  list.putPage([message(20), message(19, {appid: 2})], false);
  list.putPage([message(10, {appid: 2}), message(5, {appid: 2})], false, 2);
  expect(ids(list, 2)).toEqual([19, 10, 5]);
  expect(ids(list)).toEqual([20, 19]);
  expect(list.lowest(2)).toBe(5);
  expect(list.lowest(1)).toBe(19);
});

test('twice is once, in any order', () => {
  const list = new MessageList();
  list.putPage(page(5, 3), true);
  expect(list.put([message(4), message(9), message(7)])).toBe(2);
  expect(list.put([message(9)])).toBe(0);
  expect(list.put([message(8)])).toBe(1);
  expect(ids(list)).toEqual([9, 8, 7, 5, 4, 3]);
});

test('a page that was on its way brings nothing back', () => {
  const list = new MessageList();
  list.putPage(page(10, 8), false);
  list.drop([9, 6]);
  list.dropUpTo(3);
  expect(list.dropUpTo(5, 2)).toEqual([]);
  list.putPage([...page(10, 6), message(5, {appid: 2}), message(4), message(3), message(2)], true);
  expect(ids(list)).toEqual([10, 8, 7, 4]);
});

test('all up to an id', () => {
  const list = new MessageList();
  list.putPage([message(10), message(9, {appid: 2}), message(8), message(7, {appid: 2})], false);
  expect(list.dropUpTo(8, 1)).toEqual([8]);
  expect(ids(list)).toEqual([10, 9, 7]);
  expect(list.lowest(1)).toBe(0);
  expect(list.lowest()).toBe(7);
  expect(list.dropUpTo(9)).toEqual([7, 9]);
  expect(list.lowest()).toBe(0);
});

test('the oldest are forgotten, and may be loaded again', () => {
  const list = new MessageList();
  list.putPage(page(10, 1), true);
  list.trim(4);
  expect(ids(list)).toEqual([10, 9, 8, 7]);
  expect(list.lowest()).toBe(7);
  list.putPage(page(6, 5), false);
  expect(ids(list).length).toBe(6);
});

test('a new beginning', () => {
  const list = new MessageList();
  list.putPage(page(10, 1), true);
  list.drop([4]);
  list.replace([message(10), message(4)], false);
  expect(ids(list)).toEqual([10]);
  expect(list.lowest()).toBe(4);
  list.reset();
  list.putPage([message(4)], true);
  expect(ids(list)).toEqual([4]);
});

test('those above an id', () => {
  const list = new MessageList();
  list.put(page(5, 1));
  expect(list.above(3).map((one) => one.id)).toEqual([4, 5]);
});
