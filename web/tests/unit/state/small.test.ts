import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {openPage, type Page} from '../support/page';

let page: Page;
beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  page = openPage();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('route', () => {
  test.each([['', 'messages', undefined, ''], ['#/', 'messages', undefined, ''], ['#/?q=a%20b', 'messages', undefined, 'q=a+b'], ['#/messages/3?q=p%3E%3D5', 'messages', '3', 'q=p%3E%3D5'],
    ['#/applications', 'applications', undefined, ''], ['#/applications/new', 'applications', 'new', ''], ['#/message/17', 'message', '17', ''], ['#/%zz', '%zz', undefined, ''], ['#/a?q=x?y', 'a', undefined, 'q=x%3Fy']])(
    '%s', async (hash, name, id, query) => {
      const {parseHash} = await import('../../../src/state/route');
      const found = parseHash(hash);
      expect([found.page, found.id, found.query.toString()]).toEqual([name, id, query]);
    });

  test('going, replacing, filtering', async () => {
    const {go, route, setQuery} = await import('../../../src/state/route');
    go('#/messages/3');
    expect(history.pushState).toHaveBeenCalledWith(null, '', '#/messages/3');
    setQuery('p>=5 x');
    expect(history.replaceState).toHaveBeenLastCalledWith(null, '', '#/messages/3?q=p%3E%3D5+x');
    expect([route.value.id, route.value.query.get('q')]).toEqual(['3', 'p>=5 x']);
    setQuery('');
    expect(history.replaceState).toHaveBeenLastCalledWith(null, '', '#/messages/3');
    go('#/', true);
    setQuery('a');
    expect(history.replaceState).toHaveBeenLastCalledWith(null, '', '#/?q=a');
  });
});

describe('preferences', () => {
  test('stay, and those of another kind do not', async () => {
    const {prefs, readPrefs, setPref} = await import('../../../src/state/prefs');
    setPref('theme', 'dark');
    setPref('muted', [3]);
    vi.resetModules();
    const later = await import('../../../src/state/prefs');
    expect(later.prefs.value).toEqual({...prefs.value, theme: 'dark', muted: [3]});
    expect(readPrefs('{"theme":"pink","density":7,"keys":"yes","muted":["x"],"lang":"de","other":1}')).toEqual({...readPrefs(null), lang: 'de'});
    for (const text of ['{', 'null', '[]', '7']) expect(readPrefs(text)).toEqual(readPrefs(null));
  });
  test('of another tab', async () => {
    const {prefs, startPrefs} = await import('../../../src/state/prefs');
    startPrefs();
    page.window.dispatchEvent(Object.assign(new Event('storage'), {key: 'sg:/sub/:prefs', newValue: '{"keys":false}'}));
    expect(prefs.value.keys).toBe(false);
  });
});

test('of several strips the gravest is shown', async () => {
  const {lower, raise, strip} = await import('../../../src/state/strip');
  raise({kind: 'proxy'});
  raise({kind: 'busy'}, 1000);
  raise({kind: 'offline'});
  expect(strip.value!.kind).toBe('offline');
  lower('offline');
  expect(strip.value!.kind).toBe('busy');
  raise({kind: 'busy', retryAt: 5}, 3000);
  vi.advanceTimersByTime(2999);
  expect(strip.value).toEqual({kind: 'busy', retryAt: 5});
  vi.advanceTimersByTime(1);
  expect(strip.value!.kind).toBe('proxy');
});

test('a sentence in 5 s, and the newest three', async () => {
  const {polite, say} = await import('../../../src/state/announce');
  const heard: string[] = [];
  const listen = () => { if (polite.value) heard.push(polite.value); };
  for (const text of ['a', 'b', 'b', 'c', 'd', 'e']) say(text);
  listen();
  for (let i = 0; i < 6; ++i) {
    vi.advanceTimersByTime(5000);
    listen();
  }
  expect(heard).toEqual(['a', 'c', 'd', 'e']);
  expect(polite.value).toBe('');
});

test('the same alarm twice is heard twice', async () => {
  const {alert, assertive} = await import('../../../src/state/announce');
  const heard: string[] = [];
  assertive.subscribe((text) => heard.push(text));
  alert('x');
  vi.advanceTimersByTime(50);
  alert('x');
  vi.advanceTimersByTime(50);
  expect(heard).toEqual(['', 'x', '', 'x']);
});
