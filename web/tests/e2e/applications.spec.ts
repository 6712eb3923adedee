import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, go, policy, test} from './support/test';
import {kPng} from './support/picture';

const run = promisify(execFile);
type App = {id: number; name: string; description: string; image: string; defaultPriority: number; sortKey: string};

test('22 add a sender: what is shown works as it stands @smoke', async ({page, anna, signIn}) => {
  await signIn();
  await go(page, '#/applications/new');
  await page.getByRole('button', {name: 'Create'}).click();
  await expect(page.getByText('Enter a name.')).toBeVisible();
  const name = `it's "$(touch oops)" \`b\` \\ %d`;
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', {name: 'Create'}).click();
  await expect(page.getByRole('tab', {name: 'curl'})).toHaveAttribute('aria-selected', 'true');
  const shown = async (tab: string) => {
    await page.getByRole('tab', {name: tab}).click();
    return page.getByRole('tabpanel').locator('pre').first().innerText();
  };
  const curl = await shown('curl');
  await run('bash', ['-c', curl]);
  await run('sh', ['-c', await shown('Shell')]);
  await run('python3', ['-c', await shown('Python')]);
  const hook = await shown('Webhook');
  expect((await fetch(hook, {method: 'POST', body: new URLSearchParams({message: 'by the hook'})})).status).toBe(200);
  const messages = await anna.messages();
  expect(messages).toHaveLength(4);
  expect(messages.at(-1)!.message).toBe(`Hello from ${name}`);
  expect(messages.at(-1)!.title).toBe(name);
  expect(messages[1]!.title, 'of the Python example').toBe(name);
  await page.getByRole('tab', {name: 'curl'}).click();
  await page.getByRole('button', {name: 'Done'}).click();
  await expect(page.getByRole('heading', {level: 1})).toHaveText(name);
});

test('23 a test says who has received it', async ({page, anna, signIn}) => {
  const app = await anna.app('job');
  const known = await anna.status('POST', 'message/test', {appid: app.id}) !== 404;
  await signIn();
  await go(page, `#/applications/${app.id}`);
  await page.getByRole('button', {name: 'Send a test'}).click();
  if (!known) await expect(page.getByText('Sent. This server cannot say who received it.')).toBeVisible();
  else {
    await expect(page.locator('.test-row.delivered')).toContainText(/delivered in \d+ ms/);
    await expect(page.locator('.test-row.offline', {hasText: 'tests'})).toBeVisible();
  }
  test.skip(!known, 'this server does not know POST /message/test');
});

test('24 an application is changed, gets a picture, loses it', async ({page, anna, signIn, server}) => {
  const app = await anna.app('job');
  const stored = async () => (await anna.send<App[]>('GET', 'application')).find(({id}) => id === app.id)!;
  await signIn();
  await go(page, '#/applications');
  await page.getByRole('main').getByRole('link', {name: 'job'}).click();
  await page.getByLabel('Name').fill('');
  await page.getByRole('button', {name: 'Save'}).first().click();
  await expect(page.getByText('Enter a name.')).toBeVisible();
  await page.getByLabel('Name').fill('backup');
  await page.getByLabel('Description').fill('of the house');
  await page.getByLabel('Default priority').fill('8');
  await expect(page.getByText('Makes a sound and vibrates')).toBeVisible();
  // What is typed stays when one looks elsewhere.
  await go(page, '#/clients');
  await expect(page.getByRole('heading', {level: 1})).toHaveText('Devices');
  await page.goBack();
  await expect(page.getByLabel('Description')).toHaveValue('of the house');
  await page.getByRole('button', {name: 'Save'}).first().click();
  await expect(page.getByRole('heading', {level: 1})).toHaveText('backup');
  expect(await stored()).toMatchObject({name: 'backup', description: 'of the house', defaultPriority: 8});
  test.skip(!/img-src [^;]*blob:/.test(await policy(server.url)), "this server's policy lets no page read a picture");
  await page.locator('input[type=file]').setInputFiles({name: 'p.png', mimeType: 'image/png', buffer: kPng});
  await expect.poll(async () => (await stored()).image).toMatch(/^image\//);
  await expect(page.locator('main img').first()).toHaveJSProperty('naturalWidth', 256);
  await page.locator('input[type=file]').setInputFiles({name: 'p.png', mimeType: 'image/png', buffer: Buffer.from('no picture')});
  await expect(page.getByText('This is not a picture that can be read.').first()).toBeVisible();
  await page.getByRole('button', {name: 'Remove picture'}).click();
  await expect.poll(async () => (await stored()).image).toBe('static/defaultapp.png');
});

test('24 applications are sorted by keys and by dragging', async ({page, anna, signIn, phone}) => {
  for (const name of ['alpha', 'beta', 'gamma']) await anna.app(name);
  const order = async () => (await anna.send<App[]>('GET', 'application')).sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)).map(({name}) => name);
  const rows = page.locator('.app-row .row-link');
  await signIn();
  await go(page, '#/applications');
  await expect(rows).toHaveText(['alpha', 'beta', 'gamma']);
  await rows.first().focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(rows).toHaveText(['beta', 'alpha', 'gamma']);
  await expect.poll(order).toEqual(['beta', 'alpha', 'gamma']);
  if (!phone) {
    const handle = (await page.getByRole('button', {name: 'Move gamma'}).boundingBox())!;
    const target = (await page.locator('.app-row').first().boundingBox())!;
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(handle.x + 5, target.y + 40, {steps: 5});
    await page.mouse.move(handle.x + 5, target.y + 4, {steps: 5});
    await page.mouse.up();
    await expect(rows).toHaveText(['gamma', 'beta', 'alpha']);
    await expect.poll(order).toEqual(['gamma', 'beta', 'alpha']);
  }
  const shown = await rows.allInnerTexts();
  await page.reload();
  await expect(rows).toHaveText(shown);
});

for (const mode of ['v2', 'v3'] as const) {
  test.describe(`compat ${mode}`, () => {
    test.use({mode});
    test(`25 the token, ${mode}`, async ({page, anna, signIn}) => {
      const app = await anna.app('job');
      await signIn();
      await go(page, `#/applications/${app.id}`);
      if (mode === 'v2') {
        await expect(page.getByText(app.token)).toBeHidden();
        await page.getByRole('button', {name: 'Show the token'}).click();
        await expect(page.getByText(app.token)).toBeVisible();
      } else await expect(page.getByText('The token was shown once, when it was made.')).toBeVisible();
      await page.getByRole('button', {name: 'Make a new token'}).click();
      await page.getByRole('dialog').getByRole('button', {name: 'Make a new token'}).click();
      const box = page.locator('main .token-text');
      await expect(box).toHaveText(mode === 'v2' ? /^A/ : /^gtfya\./);
      await expect(box).not.toHaveText(app.token);
      const fresh = await box.innerText();
      expect(await anna.status('POST', 'message', {message: 'old'}, app.token)).toBe(401);
      expect(await anna.status('POST', 'message', {message: 'new'}, fresh)).toBe(200);
      await page.getByRole('button', {name: 'Done'}).click();
      await expect(page.getByText(fresh)).toBeHidden();
    });
  });
}

test('26 how long messages stay', async ({page, anna, signIn}) => {
  const app = await anna.app('job');
  test.skip(await anna.status('GET', `application/${app.id}/retention`) === 404, 'this server does not know retention by application');
  await signIn();
  await go(page, `#/applications/${app.id}`);
  await page.getByLabel('Days').fill('99999');
  const form = page.locator('form', {has: page.getByLabel('Days')});
  await form.getByRole('button', {name: 'Save'}).click();
  await expect(page.getByText('Enter a whole number from 0 to 36,500.')).toBeVisible();
  await page.getByLabel('Days').fill('3');
  await page.getByLabel('Newest messages').fill('100');
  await form.getByRole('button', {name: 'Save'}).click();
  await expect.poll(async () => (await anna.send<{own: object}>('GET', `application/${app.id}/retention`)).own).toEqual({days: 3, count: 100});
  await page.reload();
  await expect(page.getByLabel('Days')).toHaveValue('3');
});

test('an application is removed only after its name was typed', async ({page, anna, signIn}) => {
  const app = await anna.app('job');
  await anna.post(app, 'goes with it');
  await signIn();
  await go(page, `#/applications/${app.id}`);
  await page.getByRole('button', {name: 'Delete application'}).click();
  const dialog = page.getByRole('dialog', {name: 'Delete job?'});
  await dialog.getByRole('button', {name: 'Delete application'}).click();
  await expect(dialog).toContainText('This is not “job”.');
  await dialog.getByRole('textbox').fill('job');
  await dialog.getByRole('button', {name: 'Delete application'}).click();
  await expect(page).toHaveURL(/#\/applications$/);
  expect(await anna.send<App[]>('GET', 'application')).toEqual([]);
  await go(page, '#/');
  await expect(page.getByText('Nothing yet')).toBeVisible();
});
