// Pictures of each page, for those who look at them; nothing is compared. Only with E2E_PICTURES (scripts/test-web --all), a folder.
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {endConfirmation, expect, fillLogin, go, inside, test} from './support/test';
import type {Person} from './support/api';

const kFolder = process.env.E2E_PICTURES;

/** What a home has: a few senders, some weeks of messages. */
async function live(who: Person): Promise<{ci: number}> {
  const made: Record<string, {id: number; token: string; name: string}> = {};
  for (const [name, description, defaultPriority] of [['CI', 'builds of all projects', 5], ['backup', 'of the file server, every night', 3],
    ['door', '', 7], ['Uptime Kuma', 'watches 14 pages', 6]] as const) made[name] = await who.app(name, {description, defaultPriority});
  const say = (name: string, title: string, message: string, priority = 0, extras = {}) => who.post(made[name]!, {title, message, priority, extras});
  const rich = {'client::display': {contentType: 'text/markdown'}};
  await say('backup', 'Backup done', '214 files, 1.8 GB in 3 min 12 s');
  await say('Uptime Kuma', 'wiki is up again', 'It was down for 4 minutes.', 4);
  await say('backup', 'Backup done', '198 files, 0.9 GB in 2 min 40 s');
  await say('CI', 'build #57 passed', '**main** at `9f08ea5`, 4 min 2 s', 0, rich);
  await say('door', '', 'Somebody is at the front door', 7, {'client::notification': {click: {url: 'https://camera.example/door'}}});
  await say('CI', 'build #58 failed', 'Two tests of **store** fail since `29da918`:\n\n| test | says |\n|---|---|\n| `resume` | 3 of 4 messages |\n| `retention` | timeout |\n\n[the log](https://ci.example/58)', 8, rich);
  await say('Uptime Kuma', 'wiki is down', 'connect ECONNREFUSED 10.0.0.7:443\nhttps://wiki.example/', 8);
  await say('backup', 'Backup done', '220 files, 2.1 GB in 3 min 31 s', 2);
  await who.send('POST', 'message/read', {upTo: (await who.messages())[3]!.id}).catch(() => {});
  for (const name of ['Pixel 9, Gotify app', 'Firefox, Windows', 'notify script']) await who.send('POST', 'client', {name});
  return {ci: made.CI!.id};
}

for (const theme of ['light', 'dark'] as const) {
  test(`pictures, ${theme}`, async ({page, admin, server, mode, phone}) => {
    test.skip(!kFolder, 'no folder for pictures is named');
    test.setTimeout(300_000);
    mkdirSync(kFolder!, {recursive: true});
    const {ci} = await live(admin);
    await page.emulateMedia({colorScheme: theme, reducedMotion: 'reduce'});
    const take = async (name: string, loaded = true) => {
      if (loaded) await expect(page.locator('.skeleton, [aria-busy=true]')).toHaveCount(0);
      await page.screenshot({path: join(kFolder!, `${name}-${mode}-${phone ? 'phone' : 'desktop'}-${theme}.png`), animations: 'disabled'});
    };
    await page.goto(server.url);
    await take('login');
    await fillLogin(page, admin);
    await inside(page);
    await expect(page.locator('article.msg td').first()).toBeAttached();
    await take('messages');
    const visit = async (name: string, hash: string) => {
      await go(page, hash);
      await expect(page.getByRole('heading', {level: 1})).toBeVisible();
      await take(name);
    };
    await visit('search', `#/?q=${encodeURIComponent('p>=4 down')}`);
    await visit('application', `#/messages/${ci}`);
    await visit('applications', '#/applications');
    await visit('edit', `#/applications/${ci}`);
    await visit('devices', '#/clients');
    await visit('device', '#/clients/new');
    await visit('server', '#/server');
    await visit('plugins', '#/plugins');
    await visit('account', '#/account');
    await go(page, '#/applications/new');
    await page.getByLabel('Name').fill('backup of the wiki');
    await page.getByRole('button', {name: 'Create'}).click();
    await page.getByRole('button', {name: 'Send a test'}).click();
    await expect(page.locator('.test .button[aria-busy]')).toHaveCount(0, {timeout: 15_000});
    await take('sender');
    if (mode === 'v3') await endConfirmation(page, phone);
    await go(page, '#/users');
    if (mode === 'v3') {
      await expect(page.getByRole('dialog', {name: 'Confirm it is you'})).toBeVisible();
      await take('confirm', false);
      await page.getByRole('dialog').getByLabel('Password', {exact: true}).fill(admin.pass);
      await page.getByRole('dialog').getByRole('button', {name: 'Confirm'}).click();
    }
    await expect(page.locator('.list-row').first()).toBeVisible();
    await take('users');
    await go(page, '#/');
    await page.locator(phone ? '.feed-compose-button' : '.feed-compose-wide').click();
    await take('compose');
  });
}
