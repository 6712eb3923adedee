import {expect, fillLogin, inside, card, test} from './support/test';

// The service worker: the page without a server, a new version, what it leaves to the page.
test.use({serviceWorkers: 'allow'});
const kNone = 'this server does not serve /sw.js';

test('8 the page opens without a server, with the last messages', async ({page, anna, server, watched}) => {
  void watched;
  test.skip((await fetch(`${server.url}sw.js`)).status === 404, kNone);
  await anna.post(await anna.app('job'), 'kept in the browser');
  await page.goto(server.url);
  await fillLogin(page, anna);
  await inside(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await expect(card(page, 'kept in the browser')).toBeVisible();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
  await server.kill();
  await page.reload();
  await expect(card(page, 'kept in the browser')).toBeVisible();
  await server.run();
});

test('43 the worker keeps no answer of the API', async ({page, anna, server, watched}) => {
  void watched;
  test.skip((await fetch(`${server.url}sw.js`)).status === 404, kNone);
  await page.goto(server.url);
  await fillLogin(page, anna);
  await inside(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await inside(page);
  const kept = await page.evaluate(async () => {
    const out: string[] = [];
    for (const name of await caches.keys()) for (const {url} of await (await caches.open(name)).keys()) out.push(new URL(url).pathname);
    return out;
  });
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.filter((path) => !/^\/$|^\/static\/|^\/manifest\.json$|^\/index\.html$/.test(path))).toEqual([]);
});

test('44 with uidir the worker goes', async ({page, server, watched}) => {
  void watched;
  test.skip((await fetch(`${server.url}sw.js`)).status === 404, kNone);
  const {mkdirSync, writeFileSync} = await import('node:fs');
  const folder = `${server.folder}/stock`;
  mkdirSync(folder, {recursive: true});
  writeFileSync(`${folder}/index.html`, '<!doctype html><title>stock</title><p>another page</p>');
  await page.goto(server.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await server.kill('SIGTERM');
  await server.run({GOTIFY_UIDIR: folder});
  await expect(async () => {
    await page.goto(server.url);
    await expect(page.getByText('another page')).toBeVisible({timeout: 2_000});
    await page.evaluate(async () => { for (const one of await navigator.serviceWorker.getRegistrations()) await one.update(); });
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  }).toPass({timeout: 60_000});
  await server.kill('SIGTERM');
  await server.run({GOTIFY_UIDIR: ''});
});

test('33 a push is shown, and a click opens the message', async ({server}) => {
  test.skip((await fetch(`${server.url}webpush/key`)).status === 404, 'this server does not know GET /webpush/key');
  test.fixme(true, 'to be written when the server sends pushes');
});
