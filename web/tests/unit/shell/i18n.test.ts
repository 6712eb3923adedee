// @vitest-environment happy-dom
import {afterEach, describe, expect, test, vi} from 'vitest';
import {lang, preferred, setLang, t} from '../../../src/i18n';
import * as de from '../../../src/i18n/de';
import {core as deCore} from '../../../src/i18n/de/core';
import {messages as deMessages} from '../../../src/i18n/de/messages';
import {pages as dePages} from '../../../src/i18n/de/pages';
import {shell as deShell} from '../../../src/i18n/de/shell';
import {en} from '../../../src/i18n/en';
import {core} from '../../../src/i18n/en/core';
import {messages} from '../../../src/i18n/en/messages';
import {pages} from '../../../src/i18n/en/pages';
import {shell} from '../../../src/i18n/en/shell';
import type {Texts} from '../../../src/i18n/types';

const areas: [string, Texts, Texts][] = [
  ['core', core, deCore],
  ['shell', shell, deShell],
  ['messages', messages, deMessages],
  ['pages', pages, dePages],
];
const forms = (value: Texts[string]) => (typeof value === 'string' ? [value] : [value.one, value.other]);
const places = (value: Texts[string]) => [...new Set(forms(value).flatMap(text => text.match(/\{\w+\}/g) ?? []))].sort();

afterEach(async () => {
  await setLang('en');
});

describe('the catalogues', () => {
  test.each(areas)('%s: the same keys with the same places', (_, english, german) => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
    const differ = Object.keys(english).filter(key => places(english[key]!).join() !== places(german[key]!).join());
    expect(differ).toEqual([]);
  });

  test('no area takes a key of another', () => {
    const keys = areas.flatMap(([, english]) => Object.keys(english));
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(Object.keys(en).length).toBe(keys.length);
    expect(Object.keys(de.de).length).toBe(keys.length);
  });

  test('no text is empty, none has a long dash', () => {
    const wrong = areas.flatMap(([, ...both]) => both.flatMap(texts => Object.entries(texts).filter(([, value]) => forms(value).some(text => !text.trim() || text.includes('\u2014')))));
    expect(wrong).toEqual([]);
  });
});

describe('t', () => {
  test('fills places and chooses by number', () => {
    expect(t('undo.deleted', {n: 1})).toBe('Deleted 1 message');
    expect(t('undo.deleted', {n: 14203})).toBe('Deleted 14,203 messages');
    expect(t('error.server', {text: '{n}'})).toBe('The server says: {n}');
  });

  test('follows the language', async () => {
    await setLang('de');
    expect(lang.value).toBe('de');
    expect(document.documentElement.lang).toBe('de');
    expect(t('undo.deleted', {n: 14203})).toBe('14.203 Nachrichten gelöscht');
  });

  test('the choice that was made last holds, though the texts of the first arrive later', async () => {
    vi.resetModules();
    const {lang, setLang} = await import('../../../src/i18n');
    const german = setLang('de');
    const english = setLang('en');
    await Promise.all([german, english]);
    expect(lang.value).toBe('en');
  });

  test('auto is the first of the browser that has texts', async () => {
    expect(preferred(['fr-CH', 'de-CH', 'en'])).toBe('de');
    expect(preferred(['fr'])).toBe('en');
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['de-AT', 'en']);
    await setLang('auto');
    expect(lang.value).toBe('de');
  });
});
