// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import { bodyOf, changed, emptyDraft, keepDraft, readDraft } from '../../../src/features/compose/draft';
import { prefix } from '../../../src/lib/storage';

beforeEach(() => sessionStorage.clear());

describe('a draft', () => {
  test('is there again after a reload, with its key', () => {
    const draft = changed(emptyDraft(3), { message: 'text', title: 'title', priority: 7, markdown: true });
    keepDraft(draft);
    expect(readDraft()).toEqual(draft);
    keepDraft(undefined);
    expect(readDraft()).toBeUndefined();
  });

  test('without a text is not kept', () => {
    keepDraft(emptyDraft(3));
    expect(readDraft()).toBeUndefined();
  });

  test('of another version or none is dropped', () => {
    for (const stored of ['x', '1', 'null', '{"message":1}', '{"message":"a","title":"b"}']) {
      sessionStorage.setItem(`${prefix()}compose`, stored);
      expect(readDraft()).toBeUndefined();
    }
    sessionStorage.setItem(`${prefix()}compose`, '{"message":"a","title":"b","appid":1,"key":"x","priority":"9"}');
    expect(readDraft()).toMatchObject({ message: 'a', priority: null, markdown: false });
    expect(readDraft()!.key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('has the same key for each try, and another for another text', () => {
    const draft = changed(emptyDraft(1), { message: 'a' });
    expect(changed(draft, { message: 'b' }).key).not.toBe(draft.key);
  });

  test('is sent with what was set, and nothing else', () => {
    expect(bodyOf({ ...emptyDraft(1), message: 'a', title: ' ' })).toEqual({ appid: 1, message: 'a' });
    expect(bodyOf({ ...emptyDraft(1), message: 'a', title: 't', priority: 0, markdown: true })).toEqual({
      appid: 1,
      message: 'a',
      title: 't',
      priority: 0,
      extras: { 'client::display': { contentType: 'text/markdown' } },
    });
  });
});
