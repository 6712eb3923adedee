import {cpSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {card, cards, expect, fillLogin, go, inside, requests, test} from './support/test';
import {Proxy} from './support/proxy';

const kLost = /Connection lost|Reconnecting/;
const strip = (page: import('@playwright/test').Page) => page.locator('.strip');
const numbered = (n: number, text = 'message') => Array.from({length: n}, (_, i) => `${text} ${i + 1}.`);

test('3 a message appears by itself, at the top @smoke', async ({page, anna, signIn}) => {
  const app = await anna.app('backup');
  await signIn();
  await expect(page.getByText('Nothing yet')).toBeVisible();
  await anna.post(app, {message: 'first', title: 'Done'});
  await expect(cards(page)).toHaveCount(1);
  await anna.post(app, {message: 'second', priority: 8});
  await expect(cards(page).first()).toContainText('second');
  await expect(cards(page).first()).toContainText('backup');
  await expect(cards(page).first().locator('.msg-priority')).toContainText('8');
  await expect(page.locator('.feed-pill')).toBeHidden();
  await expect(page.locator('.feed-date').first()).toHaveText('Today');
});

test('4 what is read stays in its place, a pill says what is new', async ({page, anna, signIn}) => {
  const app = await anna.app('job');
  await anna.postAll(app, numbered(40));
  await signIn();
  await page.mouse.move(300, 300);
  await expect(async () => {
    await page.evaluate(() => scrollTo(0, 900));
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(700);
  }).toPass();
  const inSight = () => page.evaluate(() => {
    const one = [...document.querySelectorAll<HTMLElement>('article.msg')].find((row) => row.getBoundingClientRect().top > 200)!;
    return {row: one.dataset.row!, top: one.getBoundingClientRect().top};
  });
  // The list has seen that one has scrolled.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const before = await inSight();
  await anna.postAll(app, numbered(3, 'arrival'));
  await expect(page.locator('.feed-pill')).toContainText('3 new');
  const top = await page.locator(`article[data-row="${before.row}"]`).evaluate((row) => row.getBoundingClientRect().top);
  expect(Math.abs(top - before.top)).toBeLessThan(2);
  await page.locator('.feed-pill button').click();
  await expect(card(page, 'arrival 3.')).toBeInViewport();
  await expect(page.locator('.feed-pill')).toBeHidden();
});

test('5 the server is killed; what came meanwhile is there afterwards @smoke', async ({page, context, anna, signIn, server}) => {
  const app = await anna.app('job');
  await anna.post(app, 'before');
  await signIn();
  await expect(card(page, 'before')).toBeVisible();
  const pages = requests(page, 'GET', /\/message$/);
  await server.kill();
  await expect(strip(page)).toContainText(kLost);
  // Until the message is there the page cannot come back.
  await context.setOffline(true);
  await server.run();
  await anna.post(app, 'while the page was away');
  await context.setOffline(false);
  await page.locator('.strip-action').click({timeout: 5_000}).catch(() => {});  // it may have come back by itself
  await expect(card(page, 'while the page was away')).toBeVisible();
  await expect(strip(page)).toBeHidden();
  await anna.post(app, 'afterwards');
  await expect(card(page, 'afterwards')).toBeVisible();
  await expect(cards(page)).toHaveCount(3);
  expect(pages, 'the stream went on from its place, no page was read again').toEqual([]);
});

test('6 a backup was restored: the page says that it has read everything again', async ({page, anna, signIn, server}) => {
  const app = await anna.app('job');
  await anna.postAll(app, ['kept 1', 'kept 2']);
  await signIn();
  await expect(cards(page)).toHaveCount(2);
  const data = join(server.folder, 'push.db');
  const copy = join(server.folder, 'backup');
  await server.kill('SIGTERM');
  cpSync(data, copy);
  await server.run();
  await anna.postAll(app, ['lost 1', 'lost 2']);
  await expect(card(page, 'lost 2')).toBeVisible();
  await server.kill('SIGTERM');
  for (const end of ['', '-wal', '-shm']) rmSync(data + end, {force: true});
  cpSync(copy, data);
  await server.run();
  await anna.post(app, 'new 1');
  await page.locator('.strip-action').click({timeout: 5_000}).catch(() => {});
  await expect(card(page, 'new 1')).toBeVisible();
  await expect(card(page, 'lost')).toHaveCount(0);
  await expect(card(page, 'kept')).toHaveCount(2);
  await expect(page.locator('[role=status]').first()).toContainText('Reloaded');
});

test('7 a proxy without WebSockets', async ({page, anna, server, watched}) => {
  void watched;
  const proxy = await Proxy.start(server.port, {refuseUpgrades: true});
  const app = await anna.app('job');
  await page.goto(proxy.url);
  await fillLogin(page, anna);
  await inside(page);
  await expect(strip(page)).toContainText('A proxy in front of the server lets no WebSockets through');
  expect(proxy.refused).toBeGreaterThanOrEqual(3);
  await anna.post(app, 'by another way');
  await expect(card(page, 'by another way')).toBeVisible();
  await page.close();
  await proxy.stop();
});

test('8 offline', async ({page, context, anna, signIn}) => {
  const app = await anna.app('job');
  await anna.postAll(app, ['stays', 'goes']);
  await signIn();
  await expect(cards(page)).toHaveCount(2);
  await context.setOffline(true);
  await expect(strip(page)).toContainText('You are offline');
  await expect(card(page, 'stays')).toBeVisible();
  const one = card(page, 'goes');
  await one.focus();
  await page.keyboard.press('#');
  await expect(one).toHaveCount(0);
  await anna.post(app, 'while offline');
  await context.setOffline(false);
  await expect(card(page, 'while offline')).toBeVisible();
  await expect(strip(page)).toBeHidden();
  await expect.poll(async () => (await anna.messages()).map(({message}) => message)).toEqual(['while offline', 'stays']);
});

test('10 a server that is busy; a message is sent once', async ({page, anna, signIn, phone}) => {
  await anna.app('job');
  await signIn();
  const keys: (string | undefined)[] = [];
  await page.route('**/message', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(await route.request().headerValue('idempotency-key') ?? undefined);
    // The second one arrives, but its answer is lost.
    if (keys.length === 2) {
      await route.fetch();
      return route.abort();
    }
    if (keys.length > 2) return route.continue();
    return route.fulfill({status: 503, headers: {'Retry-After': '1'}, contentType: 'application/json',
      body: '{"error":"Service Unavailable","errorCode":503,"errorDescription":"busy"}'});
  });
  await page.locator(phone ? '.feed-compose-button' : '.feed-compose-wide').click();
  const compose = page.getByRole('dialog', {name: 'New message'});
  await compose.getByLabel('Text').fill('only once');
  await compose.getByRole('button', {name: 'Send'}).click();
  await expect(compose).toBeHidden();
  expect(new Set(keys).size).toBe(1);
  expect(keys.length).toBe(3);
  expect((await anna.messages()).map(({message}) => message)).toEqual(['only once']);
});

test('10 a request that the busy server refuses is named in the strip', async ({page, anna, signIn}) => {
  const app = await anna.app('job');
  await signIn();
  await page.route(`**/application/${app.id}`, (route) => route.request().method() === 'PUT' ?
    route.fulfill({status: 503, headers: {'Retry-After': '30'}, contentType: 'application/json',
      body: '{"error":"Service Unavailable","errorCode":503,"errorDescription":"busy"}'}) : route.continue());
  await go(page, `#/applications/${app.id}`);
  await page.getByLabel('Name').fill('renamed');
  await page.getByRole('button', {name: 'Save'}).first().click();
  await expect(strip(page)).toContainText(/The server is busy. Trying again in \d+ s/);
  await expect(page.getByLabel('Name')).toHaveValue('renamed');
  await expect(page.locator('main')).toContainText(/busy/);
});
