import {expect, fillLogin, go, inside, test} from './support/test';
import {basic, Person} from './support/api';

test('1 login and logout @smoke', async ({page, anna, server, signIn}) => {
  await page.goto(server.url);
  await expect(page.getByRole('heading', {level: 1, name: 'Sign in'})).toBeVisible();
  await fillLogin(page, {name: anna.name, pass: 'wrong'});
  await expect(page.getByText('Name or password is wrong.').first()).toBeVisible();
  await signIn();
  expect(await anna.browsers()).toHaveLength(1);
  await go(page, '#/account');
  await page.getByRole('button', {name: 'Sign out'}).click();
  await expect(page.getByRole('heading', {level: 1, name: 'Sign in'})).toBeVisible();
  await expect.poll(() => anna.browsers(), 'the device has gone with the session').toHaveLength(0);
  const left = await page.evaluate(async () => (await indexedDB.databases()).map(({name}) => name));
  await page.reload();
  await expect(page.getByRole('heading', {level: 1, name: 'Sign in'})).toBeVisible();
  expect(JSON.stringify(left)).not.toContain(anna.name);
});

test('without the cookie nothing of the user is shown again', async ({page, context, anna, signIn}) => {
  await anna.post(await anna.app('job'), 'only for anna');
  await signIn();
  await expect(page.getByText('only for anna')).toBeVisible();
  await context.clearCookies();
  await page.reload();
  await expect(page.getByRole('heading', {level: 1, name: 'Sign in'})).toBeVisible();
  await expect(page.getByText('only for anna')).toBeHidden();
});

test.describe('a server that lets people register', () => {
  test.use({settings: {GOTIFY_REGISTRATION: 'true'}});
  test('2 register', async ({page, server, watched, admin}) => {
    void watched;
    await page.goto(server.url);
    await page.getByRole('link', {name: 'Create an account'}).click();
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password', {exact: true}).fill('one-two-3');
    await page.getByLabel('Password again').fill('other');
    await page.getByRole('button', {name: 'Create the account'}).click();
    await expect(page.getByText('The two passwords differ.').first()).toBeVisible();
    await page.getByLabel('Password again').fill('one-two-3');
    await page.getByRole('button', {name: 'Create the account'}).click();
    await expect(page.getByText('This name is taken. Choose another one.').first()).toBeVisible();
    const name = `new${Date.now()}`;
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', {name: 'Create the account'}).click();
    await inside(page);
    const users = await admin.send<{name: string; admin: boolean}[]>('GET', 'user');
    expect(users.find((one) => one.name === name)?.admin).toBe(false);
  });
});

test('registration is not offered by a server that has none', async ({page, server, watched}) => {
  void watched;
  await page.goto(`${server.url}#/register`);
  await expect(page.getByRole('heading', {level: 1, name: 'Sign in'})).toBeVisible();
  await expect(page.getByRole('link', {name: 'Create an account'})).toBeHidden();
});

test('9 a session that ends keeps what was typed', async ({page, anna, signIn, phone}) => {
  await anna.app('job');
  await signIn();
  await page.locator(phone ? '.feed-compose-button' : '.feed-compose-wide').click();
  const compose = page.getByRole('dialog', {name: 'New message'});
  await compose.getByLabel('Text').fill('typed before the session ended');
  for (const one of await anna.browsers()) await anna.send('DELETE', `client/${one.id}`);
  const again = page.getByRole('dialog', {name: 'Sign in again'});
  await expect(again).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(again).toBeVisible();
  await again.getByLabel('Password', {exact: true}).fill(anna.pass);
  await again.getByRole('button', {name: 'Sign in', exact: true}).click();
  await expect(again).toBeHidden();
  await expect(compose.getByLabel('Text')).toHaveValue('typed before the session ended');
  await compose.getByRole('button', {name: 'Send'}).click();
  await expect(compose).toBeHidden();
  await expect(page.locator('article.msg', {hasText: 'typed before the session ended'})).toBeVisible();
});

test('30 the password', async ({page, anna, signIn, server}) => {
  await signIn();
  await go(page, '#/account');
  await page.getByLabel('New password').fill('ü'.repeat(37));
  await page.getByRole('button', {name: 'Change the password'}).click();
  await expect(page.getByText('Use at most 72 bytes').first()).toBeVisible();
  await page.getByLabel('New password').fill('neu-ß-1');
  await page.getByRole('button', {name: 'Change the password'}).click();
  await expect(page.getByText('Your password was changed').first()).toBeVisible();
  const status = async (pass: string) => (await fetch(`${server.url}current/user`, {headers: {Authorization: basic(anna.name, pass)}})).status;
  expect(await status('neu-ß-1')).toBe(200);
  expect(await status(anna.pass)).toBe(401);
  await page.getByRole('button', {name: 'Sign out'}).click();
  await fillLogin(page, {name: anna.name, pass: 'neu-ß-1'});
  await expect(page.getByRole('heading', {level: 1})).not.toHaveText('Sign in');
});

test.describe('a browser in German', () => {
  test.use({locale: 'de-DE'});
  test('36 German', async ({page, anna, server, watched}) => {
    void watched;
    const app = await anna.app('job');
    await anna.postAll(app, ['eins', 'zwei']);
    await page.goto(server.url);
    await page.getByLabel('Passwort', {exact: true}).fill(anna.pass);
    await page.getByLabel('Name').fill(anna.name);
    await page.getByRole('button', {name: 'Anmelden', exact: true}).click();
    await expect(page.getByRole('heading', {level: 1, name: 'Nachrichten'})).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.locator('.feed-date').first()).toHaveText('Heute');
    await go(page, '#/account');
    await page.getByLabel('Sprache').selectOption('en');
    await expect(page.getByRole('heading', {level: 1, name: 'Account'})).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await page.reload();
    await expect(page.getByRole('heading', {level: 1, name: 'Account'})).toBeVisible();
  });
});

test('37 theme and density', async ({page, anna, signIn}) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await anna.post(await anna.app('job'), 'one');
  await signIn();
  const light = await ground();
  await page.emulateMedia({colorScheme: 'dark'});
  await expect.poll(ground).toBe('rgb(15, 18, 22)');
  await go(page, '#/account');
  await page.getByLabel('Theme').selectOption('light');
  await expect.poll(ground).toBe(light);
  await page.getByLabel('Theme').selectOption('dark');
  await page.emulateMedia({colorScheme: 'light'});
  await page.reload();
  await expect.poll(ground, 'it is kept').toBe('rgb(15, 18, 22)');
  await go(page, '#/');
  const height = async () => (await page.locator('article.msg').first().boundingBox())!.height;
  const before = await height();
  await go(page, '#/account');
  await page.getByLabel('Density').selectOption('compact');
  await go(page, '#/');
  await expect.poll(height).toBeLessThan(before);
});

test('34 without https it says what works', async ({page, signIn}) => {
  await page.addInitScript(() => Object.defineProperty(window, 'isSecureContext', {value: false}));
  await signIn();
  await go(page, '#/account');
  await expect(page.getByText('Notifications need https')).toBeVisible();
});

test('34 on an iPhone it shows how to install it', async ({page, signIn}) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'userAgent', {value: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1'});
    Reflect.deleteProperty(window, 'Notification');
  });
  await signIn();
  await go(page, '#/account');
  await expect(page.getByText('On an iPhone or iPad, install this page first')).toBeVisible();
  await expect(page.locator('.install-step')).toHaveCount(3);
});

test('two people do not see each other', async ({page, anna, admin, signIn, server}) => {
  const name = `ben${Date.now()}`;
  await admin.send('POST', 'user', {name, pass: 'secret-2', admin: false});
  const ben = await new Person(server.url, name, 'secret-2').enter();
  await ben.post(await ben.app('other'), 'only for ben');
  await anna.post(await anna.app('job'), 'only for anna');
  await signIn();
  await expect(page.getByText('only for anna')).toBeVisible();
  await expect(page.getByText('only for ben')).toHaveCount(0);
});
