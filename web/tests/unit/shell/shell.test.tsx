// @vitest-environment happy-dom
import {render} from 'preact';
import {act} from 'preact/test-utils';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import LoginPage from '../../../src/features/login';
import {muteUntil} from '../../../src/features/account/push';
import {lazy, reloadOnce} from '../../../src/shell/lazy';
import {Page} from '../../../src/shell/Page';
import {pageOf} from '../../../src/shell/routes';
import {titleOf} from '../../../src/shell/title';
import {go} from '../../../src/state/route';
import {info} from '../../../src/state/session';

// The small DOM does not know it; what asks for it does so when it is imported.
vi.hoisted(() => Object.assign(globalThis, {isSecureContext: false}));

let box: HTMLElement;
beforeEach(() => {
  box = document.createElement('div');
  document.body.replaceChildren(box);
  sessionStorage.clear();
});
afterEach(() => {
  render(null, box);
  vi.restoreAllMocks();
});
const show = (what: Parameters<typeof render>[0]) => act(() => render(what, box));

describe('routes', () => {
  test('each address has its page', () => {
    const pages = ['messages', 'applications', 'clients', 'users', 'server', 'plugins', 'account', 'nowhere'].map(page => pageOf({page}, true));
    expect(new Set(pages).size).toBe(pages.length);
    expect(pageOf({page: 'message', id: '7'}, false)).toBe(pages[0]);
    expect(pageOf({page: 'messages', id: '7'}, false)).toBe(pages[0]);
    expect(pageOf({page: 'applications', id: 'new'}, false)).not.toBe(pages[1]);
    expect(pageOf({page: 'applications', id: '7'}, false)).toBe(pages[1]);
  });

  test('users and server are for administrators', () => {
    expect(pageOf({page: 'users'}, false)).toBe(pageOf({page: 'server'}, false));
    expect(pageOf({page: 'users'}, false)).not.toBe(pageOf({page: 'users'}, true));
  });

  test('an unknown address says so and leads back', () => {
    const NotFound = pageOf({page: 'nowhere'}, false);
    show(<NotFound />);
    expect(box.querySelector('h1')?.textContent).toBe('Not found');
    expect(box.querySelector('a')?.getAttribute('href')).toBe('#/');
  });
});

describe('the heading', () => {
  test('takes the focus on a later address, not on the first', async () => {
    vi.resetModules();
    const {Page} = await import('../../../src/shell/Page');
    const {go} = await import('../../../src/state/route');
    go('#/account');
    show(<Page title="First" />);
    expect(document.activeElement).toBe(document.body);
    act(() => go('#/clients'));
    show(<Page title="Second" />);
    expect(document.activeElement).toBe(box.querySelector('h1'));
  });

  test('leaves it to an open dialog', () => {
    go('#/account');
    show(<Page title="First" />);
    document.body.insertAdjacentHTML('beforeend', '<dialog open><input></dialog>');
    (document.querySelector('dialog input') as HTMLElement).focus();
    act(() => go('#/clients'));
    show(<Page title="Second" />);
    expect(document.activeElement?.tagName).toBe('INPUT');
  });
});

describe('the title of the tab', () => {
  test.each([
    ['Messages', 0, 'Messages · sg'],
    ['Messages', 3, '(3) Messages · sg'],
    ['Messages', 100, '(99+) Messages · sg'],
    ['', 0, 'sg'],
  ])('%s with %i unread', (page, unread, title) => {
    expect(titleOf(page, unread, 'sg')).toBe(title);
  });
});

describe('lazy pages', () => {
  const settled = () => act(async () => void (await new Promise(done => setTimeout(done))));

  test('show when they have come', async () => {
    const Later = lazy(async () => ({default: () => <p class="come" />}));
    show(<Later />);
    expect(box.querySelector('.come')).toBeNull();
    await settled();
    expect(box.querySelector('.come')).not.toBeNull();
  });

  test('a second failure within a minute is shown, and can be tried again', async () => {
    expect(reloadOnce(() => {}, Date.now())).toBe(true);
    let there = false;
    const Later = lazy(async () => {
      if (!there) throw new Error('404');
      return {default: () => <p class="come" />};
    });
    show(<Later />);
    await settled();
    expect(box.querySelector('.failed')?.textContent).toContain('could not be loaded');
    there = true;
    act(() => box.querySelector<HTMLButtonElement>('.failed button')?.click());
    await settled();
    expect(box.querySelector('.come')).not.toBeNull();
  });

  test('one reload, then not again for a minute', () => {
    const reload = vi.fn();
    expect(reloadOnce(reload, 1_000_000)).toBe(true);
    expect(reloadOnce(reload, 1_059_999)).toBe(false);
    expect(reload).toHaveBeenCalledOnce();
    expect(reloadOnce(reload, 1_060_000)).toBe(true);
  });
});

describe('signing in', () => {
  const fill = (selector: string, value: string) => {
    const input = box.querySelector<HTMLInputElement>(selector)!;
    input.value = value;
    act(() => void input.dispatchEvent(new Event('input', {bubbles: true})));
  };
  const submit = () => act(async () => void box.querySelector('form')!.dispatchEvent(new Event('submit', {bubbles: true, cancelable: true})));

  test('an error stands at its field and describes it', async () => {
    show(<LoginPage />);
    await submit();
    const name = box.querySelector<HTMLInputElement>('input[name=username]')!;
    expect(name.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(name.getAttribute('aria-describedby')!)?.textContent).toBe('Enter your name.');
    await act(async () => void (await new Promise(done => setTimeout(done))));
    expect(document.activeElement).toBe(name);
  });

  test('a refusal is explained', async () => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('{"errorDescription":"invalid credentials"}', {status: 401}));
    show(<LoginPage />);
    fill('input[name=username]', 'anna');
    fill('input[name=password]', 'wrong');
    await submit();
    await act(async () => void (await new Promise(done => setTimeout(done))));
    expect(box.querySelector('.field-error')?.textContent).toBe('Name or password is wrong.');
  });

  test('registration and single sign-on are offered only if the server has them', () => {
    info.value = {version: '3', register: false, oidc: false};
    show(<LoginPage />);
    expect(box.querySelectorAll('a')).toHaveLength(0);
    act(() => {
      info.value = {version: '3', register: true, oidc: true};
    });
    const links = [...box.querySelectorAll('a')].map(a => a.getAttribute('href'));
    expect(links[0]).toMatch(/^auth\/oidc\/login\?name=\S+/);
    expect(links[1]).toBe('#/register');
  });
});

describe('muting', () => {
  test('until 8:00 of the next day of the calendar', () => {
    const until = new Date(muteUntil('morning', new Date(2026, 11, 31, 0, 30)));
    expect([until.getFullYear(), until.getMonth(), until.getDate(), until.getHours(), until.getMinutes()]).toEqual([2027, 0, 1, 8, 0]);
  });
  test('for an hour', () => {
    expect(muteUntil('hour', new Date('2026-01-01T10:00:00Z'))).toBe('2026-01-01T11:00:00.000Z');
  });
});
