import {readFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import type {Page} from '@playwright/test';
import {card, cards, endConfirmation, expect, fillLogin, go, inside, policy, test} from './support/test';
import type {Person} from './support/api';
import {Proxy} from './support/proxy';
import {Server} from './support/server';

const kAxe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const kUgly = {
  text: `${'W'.repeat(300)} https://example.org/${'x'.repeat(300)}`,
  markdown: `# ${'H'.repeat(200)}\n\n| ${'col | '.repeat(12)}\n|${'---|'.repeat(12)}\n| ${'cell | '.repeat(12)}\n\n\`\`\`\n${'c'.repeat(400)}\n\`\`\``,
};

async function furnish(who: Person): Promise<{app: number; message: number}> {
  const app = await who.app(`backup ${'n'.repeat(60)}`, {description: 'of the house '.repeat(12)});
  const other = await who.app('door');
  await who.post(other, {message: 'opened https://example.org/', title: 'Door', priority: 5, extras: {'client::notification': {click: {url: 'steam://x'}, bigImageUrl: 'https://example.org/a.png'}}});
  await who.post(app, {message: kUgly.text, title: 'T'.repeat(200), priority: 8});
  const last = await who.post(app, {message: kUgly.markdown, extras: {'client::display': {contentType: 'text/markdown'}}});
  await who.send('POST', 'client', {name: 'D'.repeat(120)});
  return {app: app.id, message: last.id};
}

const pages = ({app, message}: {app: number; message: number}) => ({
  messages: '#/', application: `#/messages/${app}`, search: '#/?q=nothing', message: `#/message/${message}`, applications: '#/applications',
  edit: `#/applications/${app}`, sender: '#/applications/new', devices: '#/clients', device: '#/clients/new', users: '#/users', server: '#/server',
  plugins: '#/plugins', account: '#/account', nowhere: '#/nowhere',
});

/** The page is there, and what it has asked for has come. */
async function settled(page: Page, hash: string): Promise<void> {
  await go(page, hash);
  await expect(page.getByRole('heading', {level: 1})).toBeVisible();
  await expect(page.locator('.skeleton, [aria-busy=true]')).toHaveCount(0);
}

async function complaints(page: Page): Promise<string[]> {
  return page.evaluate(async (source) => {
    const own = window as unknown as {axe?: {run(root: Document, options: object): Promise<{violations: {id: string; impact: string; nodes: {target: string[]; failureSummary: string}[]}[]}>}};
    if (!own.axe) throw new Error(`axe is not there: ${source.length}`);
    const {violations} = await own.axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
    return violations.flatMap(({id, impact, nodes}) => nodes.map((node) => `${id} (${impact}): ${node.target.join(' ')}: ${node.failureSummary}`));
  }, kAxe.slice(0, 20));
}

// Through the DevTools protocol, which the policy of the page does not hold for.
async function withAxe(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', {expression: kAxe});
  await session.detach();
}

for (const theme of ['light', 'dark'] as const) {
  test(`39 axe finds nothing, ${theme}${theme === 'dark' ? ' @smoke' : ''}`, async ({page, admin, server, mode, phone, watched}) => {
    test.setTimeout(300_000);
    void watched;
    const things = await furnish(admin);
    await page.emulateMedia({colorScheme: theme, reducedMotion: 'reduce'});
    await page.goto(server.url);
    await withAxe(page);
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      const these = await complaints(page);
      if (these.length) found[name] = these;
    };
    await expect(page.getByRole('button', {name: 'Sign in', exact: true})).toBeVisible();
    await look('login');
    await fillLogin(page, admin);
    await inside(page);
    for (const [name, hash] of Object.entries(pages(things))) {
      await settled(page, hash);
      await look(name);
    }
    await settled(page, '#/');
    await page.getByRole('button', {name: 'More actions'}).click();
    await look('menu');
    await page.getByRole('menuitem', {name: 'Delete all'}).click();
    await look('delete all');
    await page.keyboard.press('Escape');
    await page.locator(phone ? '.feed-compose-button' : '.feed-compose-wide').click();
    await expect(page.getByRole('dialog', {name: 'New message'})).toBeVisible();
    await look('compose');
    await page.keyboard.press('Escape');
    await card(page, 'opened').locator('[data-click] button').first().click();
    await look('an address');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await look('keys');
    await page.keyboard.press('Escape');
    if (mode === 'v3') {
      await endConfirmation(page, phone);
      await go(page, '#/users');
      await expect(page.getByRole('dialog', {name: 'Confirm it is you'})).toBeVisible();
      await look('confirm it is you');
    }
    expect(found).toEqual({});
  });
}

test('40 nothing is wider than 320 px', async ({page, admin, server, watched}) => {
  void watched;
  const things = await furnish(admin);
  await page.setViewportSize({width: 320, height: 640});
  await page.goto(server.url);
  const wide = () => page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= innerWidth && innerWidth <= 320) return [];
    return [`${root.scrollWidth} of ${innerWidth} px`, ...[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 321)
      .slice(0, 5).map((one) => `${one.tagName}.${String(one.className)}`)];
  });
  expect(await wide(), 'login').toEqual([]);
  await fillLogin(page, admin);
  await inside(page);
  for (const [name, hash] of Object.entries(pages(things))) {
    await settled(page, hash);
    expect.soft(await wide(), name).toEqual([]);
  }
  await settled(page, '#/');
  await page.locator('.feed-compose-button').click();
  expect.soft(await wide(), 'compose').toEqual([]);
});

test('41 below a path', async ({page, anna, server, watched}) => {
  void watched;
  const proxy = await Proxy.start(server.port, {prefix: '/deep/push'});
  const app = await anna.app('job');
  const outside: string[] = [];
  page.on('request', (one) => { if (!one.url().startsWith(proxy.url)) outside.push(one.url()); });
  page.on('websocket', (one) => { if (!one.url().startsWith(proxy.url.replace('http', 'ws'))) outside.push(one.url()); });
  await page.goto(proxy.url);
  await fillLogin(page, anna);
  await inside(page);
  await anna.post(app, 'through the proxy');
  await expect(card(page, 'through the proxy')).toBeVisible();
  await go(page, '#/applications/new');
  await page.getByLabel('Name').fill('sender');
  await page.getByRole('button', {name: 'Create'}).click();
  await expect(page.getByRole('tabpanel').locator('pre').first()).toContainText(`${proxy.url}message`);
  await go(page, '#/account');
  await page.reload();
  await expect(page.getByRole('heading', {level: 1})).toHaveText('Account');
  expect(outside).toEqual([]);
  await page.close();
  await proxy.stop();
});

test('42 ten thousand messages', async ({page, anna, signIn}) => {
  test.setTimeout(600_000);
  const app = await anna.app('job');
  let next = 0;
  await Promise.all(Array.from({length: 32}, async () => {
    while (next < 10_000) await anna.post(app, {message: `number ${++next}. ${'words '.repeat(next % 60)}`});
  }));
  await signIn();
  await go(page, `#/?q=${encodeURIComponent('p>=0')}`);
  await page.getByRole('button', {name: 'Search older messages'}).click();
  await expect(page.locator('article.msg').first()).toHaveAttribute('aria-setsize', '10000', {timeout: 300_000});
  const {most, jumps, empty} = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const tops = () => new Map([...document.querySelectorAll<HTMLElement>('article.msg')].map((one) => [one.dataset.row!, one.getBoundingClientRect().top]));
    let most = 0, jumps = 0, empty = 0;
    for (let i = 0; i < 150; i++) {
      const before = tops(), at = scrollY;
      scrollBy(0, i < 100 ? 300 : -300);
      const moved = scrollY - at;
      await frame();
      const after = tops();
      most = Math.max(most, after.size);
      if (![...after.values()].some((top) => top > 0 && top < innerHeight)) empty++;
      const common = [...after].find(([row, top]) => before.has(row) && top > 0 && top < innerHeight);
      if (common && Math.abs(before.get(common[0])! - common[1] - moved) > 3) jumps++;
    }
    return {most, jumps, empty};
  });
  expect(most, 'rows in the document').toBeLessThan(120);
  expect({jumps, empty}).toEqual({jumps: 0, empty: 0});
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await expect.poll(() => cards(page).last().getAttribute('aria-posinset')).toBe('10000');
});

test('44 uidir serves another page instead', async ({page, server, watched}) => {
  void watched;
  const folder = join(server.folder, 'ui');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>stock</title><style>p{color:red}</style><p style="margin:3px">another page</p><script>document.title = "ran"</script>');
  const other = await Server.start({GOTIFY_UIDIR: folder});
  await page.goto(other.url);
  await expect(page.getByText('another page')).toBeVisible();
  await expect(page).toHaveTitle('ran');
  expect(await policy(other.url)).not.toContain('trusted-types');
  await page.goto('about:blank');
  await other.remove();
});
