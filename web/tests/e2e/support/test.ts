// What all flows share: a server for each file, a new user for each test, and a page that must not complain.
import {test as base, expect, type Browser, type BrowserContext, type Page} from '@playwright/test';
import {Person} from './api';
import {watch, type Watch} from './watch';
import {Server, type Settings} from './server';

export type Options = {mode: 'v2' | 'v3'; settings: Settings};

type Fixtures = {
  server: Server;
  /** An administrator beside the browser. */
  admin: Person;
  /** A new user, signed in on a device of its own beside the browser. */
  anna: Person;
  /** Signs a page in, and waits for the messages. Without words: anna, in `page`. */
  signIn: (who?: Person, where?: Page) => Promise<Page>;
  /** Another tab of the same browser, or of another one. */
  tab: (context?: BrowserContext) => Promise<Page>;
  watched: Watch;
  phone: boolean;
};
type Shared = {servers: Map<string, Promise<Server>>};

let serial = 0;

export const test = base.extend<Fixtures & Options, Shared>({
  mode: ['v2', {option: true}],
  settings: [{}, {option: true}],
  servers: [async ({}, use) => {
    const servers = new Map<string, Promise<Server>>();
    await use(servers);
    for (const one of servers.values()) await (await one).remove();
  }, {scope: 'worker'}],
  server: async ({servers, mode, settings}, use, info) => {
    const key = `${info.file} ${mode} ${JSON.stringify(settings)}`;
    if (!servers.has(key)) {
      for (const one of servers.values()) await (await one).remove();
      servers.clear();
      servers.set(key, Server.start({GOTIFY_COMPAT: mode, ...settings}));
    }
    await use(await servers.get(key)!);
  },
  admin: async ({server}, use) => use(await new Person(server.url, 'admin', 'admin').enter()),
  anna: async ({server, admin}, use) => {
    const name = `anna${process.pid}x${++serial}`;
    await admin.send('POST', 'user', {name, pass: 'secret-1', admin: false});
    await use(await new Person(server.url, name, 'secret-1').enter());
  },
  watched: async ({context, server}, use) => {
    const all = watch(context);
    // An older server, whose policy has no data:, blocks the dot on the icon; the page works without it.
    if (!/img-src [^;]*data:/.test(await policy(server.url))) all.allow(/img-src/);
    await use(all);
    expect(all.faults(), 'the page has complained').toEqual([]);
  },
  tab: async ({context, watched}, use) => {
    await use(async (other = context) => {
      if (other !== context) watched.add(other);
      return other.newPage();
    });
  },
  signIn: async ({page, anna, server, watched}, use) => {
    void watched;
    await use(async (who = anna, where = page) => {
      await where.goto(server.url);
      await fillLogin(where, who);
      await inside(where);
      return where;
    });
  },
  phone: async ({viewport}, use) => use((viewport?.width ?? 1280) < 600),
});

export {expect};

export async function policy(url: string): Promise<string> {
  return (await fetch(url)).headers.get('content-security-policy') ?? '';
}

export async function fillLogin(page: Page, who: {name: string; pass: string}): Promise<void> {
  await page.getByLabel('Name').fill(who.name);
  await page.getByLabel('Password', {exact: true}).fill(who.pass);
  await page.getByRole('button', {name: 'Sign in', exact: true}).click();
}

/** Signed in, and nothing is being loaded any more. */
export async function inside(page: Page): Promise<void> {
  await expect(page.getByRole('heading', {level: 1, name: /Messages|Nachrichten/})).toBeVisible();
  await expect(page.locator('.msg, .empty').first()).toBeVisible();
}

export const card = (page: Page, text: string) => page.locator('article.msg', {hasText: text});
export const cards = (page: Page) => page.locator('article.msg');

/** Opens a page by its address, as a link in it would. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => { location.hash = to; }, hash);
}

/** An action of a message: a button beside it, or in its menu on a phone. */
export async function act(page: Page, text: string, name: string): Promise<void> {
  const one = card(page, text);
  const menu = one.getByRole('button', {name: 'Actions'});
  if (await menu.count()) {
    await menu.click();
    await page.getByRole('menuitem', {name}).click();
  } else {
    await one.hover();
    await one.getByRole('button', {name}).click();
  }
}

/** The page's requests that have this path, from now on. */
export function requests(page: Page, method: string, path: RegExp): string[] {
  const found: string[] = [];
  page.on('request', (one) => {
    const url = new URL(one.url());
    if (one.method() === method && path.test(url.pathname)) found.push(url.pathname + url.search);
  });
  return found;
}

export async function otherBrowser(browser: Browser, from: Page): Promise<BrowserContext> {
  return browser.newContext({viewport: from.viewportSize(), locale: 'en-GB', serviceWorkers: 'block'});
}

/** Signing in confirms the session for an hour. This ends it, so that what follows is asked for. */
export async function endConfirmation(page: Page, phone: boolean): Promise<void> {
  if (phone) await page.getByRole('navigation').getByRole('button', {name: 'More', exact: true}).click();
  await page.locator('.elevated:visible').getByRole('button', {name: 'End it now'}).click();
  await expect(page.locator('.elevated:visible')).toHaveCount(0);
  if (phone) await page.keyboard.press('Escape');
}
