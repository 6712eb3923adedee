import {endConfirmation, expect, go, otherBrowser, test} from './support/test';
import {basic, Person} from './support/api';

type Client = {id: number; name: string; token: string; expiresAfterInactivitySeconds?: number};

test('27 the life of a device @smoke', async ({page, anna, signIn, server}) => {
  await signIn();
  await go(page, '#/clients');
  const row = (name: string) => page.locator('.list-row', {hasText: name});
  await expect(row('Chrome')).toContainText('This device');
  // It appears by itself.
  const made = await anna.send<Client>('POST', 'client', {name: 'phone'});
  await expect(row('phone')).toContainText(/never used|last used/);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}stream?token=${made.token}`);
  const closed = new Promise((done) => socket.addEventListener('close', done));
  await expect(row('phone')).toContainText('listening now');
  const menu = async (item: string) => {
    await row('phone').getByRole('button', {name: 'More for'}).click();
    await page.getByRole('menuitem', {name: item}).click();
  };
  await menu('Rename');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('phone of anna');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await expect(row('phone of anna')).toBeVisible();
  await menu('Sign out when not used');
  await dialog.getByRole('combobox').selectOption({label: 'After 30 days'});
  await dialog.getByRole('button', {name: 'Save'}).click();
  await expect(row('phone of anna')).toContainText('signed out after 30 days without use');
  await menu('Remove');
  await dialog.getByRole('button', {name: 'Remove'}).click();
  await expect(row('phone of anna')).toHaveCount(0);
  await closed;
  expect(await anna.status('GET', 'message', undefined, made.token)).toBe(401);
});

test('27 add a device: a code without a secret, and a token by hand', async ({page, anna, signIn, server}) => {
  await signIn();
  await go(page, '#/clients/new');
  await expect(page.getByRole('img', {name: `QR code: ${server.url}`})).toBeVisible();
  for (const name of ['Android', 'iPhone', 'Desktop', 'Terminal', 'Other']) await page.getByRole('tab', {name}).click();
  await page.getByLabel('Name').fill('script');
  await page.getByRole('button', {name: 'Make a token'}).click();
  const token = await page.locator('main .token-text').innerText();
  expect(await anna.status('GET', 'message', undefined, token)).toBe(200);
  // It says when a device appears.
  await anna.send('POST', 'client', {name: 'new phone'}, basic(anna.name, anna.pass));
  await expect(page.getByText('new phone is here.')).toBeVisible();
});

test('the device that one uses is removed', async ({page, anna, signIn, browser, watched, server}) => {
  await signIn();
  const other = await otherBrowser(browser, page);
  watched.add(other);
  const there = await other.newPage();
  await signIn(anna, there);
  const mine = (await page.context().cookies()).length;
  expect(mine).toBeGreaterThan(0);
  await go(there, '#/clients');
  await there.locator('.list-row', {hasText: 'This device'}).getByRole('button', {name: 'More for'}).click();
  await there.getByRole('menuitem', {name: 'Remove'}).click();
  await there.getByRole('dialog').getByRole('button', {name: 'Sign out'}).click();
  await expect(there.getByRole('heading', {level: 1, name: 'Sign in'})).toBeVisible();
  await page.goto(server.url);
  await expect(page.getByRole('heading', {level: 1, name: 'Messages'})).toBeVisible();
  await other.close();
});

test.describe('a server that wants the password for some actions', () => {
  test.use({mode: 'v3'});
  test('28 confirm it is you', async ({page, anna, signIn, phone}) => {
    const app = await anna.app('job');
    await signIn();
    await endConfirmation(page, phone);
    await go(page, `#/applications/${app.id}`);
    const remove = async () => {
      await page.getByRole('button', {name: 'Delete application'}).click();
      const ask = page.getByRole('dialog', {name: 'Delete job?'});
      await ask.getByRole('textbox').fill('job');
      await ask.getByRole('button', {name: 'Delete application'}).click();
      return ask;
    };
    const ask = await remove();
    const dialog = page.getByRole('dialog', {name: 'Confirm it is you'});
    await dialog.getByRole('button', {name: 'Cancel'}).click();
    await expect(ask).toContainText('Nothing was changed, because you did not confirm that it is you.');
    await ask.getByRole('button', {name: 'Delete application'}).click();
    await dialog.getByLabel('Password', {exact: true}).fill('wrong');
    await dialog.getByRole('button', {name: 'Confirm'}).click();
    await expect(dialog).toContainText('This is not your password.');
    expect(await anna.send<object[]>('GET', 'application')).toHaveLength(1);
    await dialog.getByLabel('Password', {exact: true}).fill(anna.pass);
    await dialog.getByRole('button', {name: 'Confirm'}).click();
    await expect(page).toHaveURL(/#\/applications$/);
    expect(await anna.send<object[]>('GET', 'application')).toHaveLength(0);
    // For an hour it is not asked again; the shield says so, and ends it.
    if (phone) await page.getByRole('navigation').getByRole('button', {name: 'More', exact: true}).click();
    await expect(page.locator('.elevated:visible')).toContainText(/Confirmed.* \d+ min/);
  });
});

for (const mode of ['v2', 'v3'] as const) {
  test.describe(`compat ${mode}`, () => {
    test.use({mode});
    test(`29 users, ${mode}`, async ({page, admin, server, signIn}) => {
      await signIn(admin);
      await go(page, '#/users');
      const row = (name: string) => page.locator('.list-row', {hasText: name});
      const dialog = page.getByRole('dialog');
      await expect(row('admin')).toContainText('You');
      const name = `carl${Date.now()}`;
      await page.getByRole('button', {name: 'Add a user'}).click();
      await dialog.getByLabel('Name').fill('admin');
      await dialog.getByRole('button', {name: 'Create'}).click();
      await expect(dialog).toContainText('Enter a password.');
      await dialog.getByLabel('Password', {exact: true}).fill('secret-3');
      await dialog.getByRole('button', {name: 'Create'}).click();
      await expect(dialog).toContainText('This name is taken.');
      await dialog.getByLabel('Name').fill(name);
      await dialog.getByRole('button', {name: 'Create'}).click();
      await expect(row(name)).toBeVisible();
      await new Person(server.url, name, 'secret-3').enter();
      // The last administrator stays one.
      await row('admin').getByRole('button', {name: 'admin', exact: true}).click();
      await dialog.getByRole('switch').uncheck();
      await dialog.getByRole('button', {name: 'Save'}).click();
      await expect(dialog).toContainText('This is the last administrator.');
      await dialog.getByRole('button', {name: 'Cancel'}).click();
      await row(name).getByRole('button', {name, exact: true}).click();
      await dialog.getByRole('switch').check();
      await dialog.getByRole('button', {name: 'Save'}).click();
      await expect(row(name)).toContainText('Administrator');
      await row(name).getByRole('button', {name: `Remove ${name}`}).click();
      await dialog.getByRole('button', {name: 'Remove'}).click();
      await expect(dialog).toContainText('This is not');
      await dialog.getByRole('textbox').fill(name);
      await dialog.getByRole('button', {name: 'Remove'}).click();
      await expect(row(name)).toHaveCount(0);
    });
  });
}

test('users and server are for administrators', async ({page, anna, signIn}) => {
  await signIn(anna);
  for (const hash of ['#/users', '#/server']) {
    await go(page, hash);
    await expect(page.getByText('Only administrators can see this page')).toBeVisible();
  }
});

test('31 the state of the server', async ({page, admin, signIn}) => {
  const known = await admin.status('GET', 'admin/server') !== 404;
  await signIn(admin);
  await go(page, '#/server');
  if (!known) await expect(page.getByText('This server has no such page')).toBeVisible();
  else {
    await expect(page.locator('main svg.chart, main .chart svg').first()).toBeVisible();
    await page.getByRole('button', {name: 'Show numbers'}).click();
    await expect(page.getByRole('table')).toContainText('Connections');
  }
  test.skip(!known, 'this server does not know GET /admin/server');
});

test('32 no plugins', async ({page, signIn}) => {
  await signIn();
  await go(page, '#/plugins');
  await expect(page.getByText('This server loads no plugins')).toBeVisible();
});
