import {card, cards, expect, go, inside, test} from './support/test';

// The ten main tasks of docs/web.md without a mouse: after signing in, nothing is clicked.
test.describe('38 by keys alone', () => {
  test.skip(({phone}) => phone, 'phones have no keys');
  test.use({permissions: ['clipboard-read', 'clipboard-write']});

  test('sign in', async ({page, server, anna, watched}) => {
    void watched;
    await page.goto(server.url);
    await expect(page.getByLabel('Name')).toBeFocused();
    await page.keyboard.type(anna.name);
    await page.keyboard.press('Tab');
    await page.keyboard.type(anna.pass);
    await page.keyboard.press('Enter');
    await inside(page);
  });

  test('1 read what is new, 2 delete one and regret it, 3 clear ten, 4 search', async ({page, anna, signIn}) => {
    const [job, other] = [await anna.app('job'), await anna.app('other')];
    await anna.post(job, Array.from({length: 30}, (_, i) => `line ${i}`).join('\n'));
    await anna.postAll(job, Array.from({length: 10}, (_, i) => `noise ${i}.`));
    await anna.post(other, 'of last week');
    await signIn();
    const {keyboard} = page;
    await keyboard.press('j');
    await expect(card(page, 'of last week')).toBeFocused();
    await keyboard.press('j');
    await expect(card(page, 'noise 9.')).toBeFocused();
    await keyboard.press('k');
    await keyboard.press('#');
    await expect(card(page, 'of last week')).toHaveCount(0);
    await keyboard.press('z');
    await expect(card(page, 'of last week')).toBeVisible();
    // Ten of a kind. The cursor has gone on to the next one when the first was deleted.
    await expect(card(page, 'noise 9.')).toBeFocused();
    await keyboard.press('x');
    for (let i = 0; i < 9; i++) await keyboard.press('Shift+J');
    await expect(page.getByRole('toolbar', {name: 'Selection'})).toContainText('10 selected');
    await keyboard.press('#');
    await expect(card(page, 'noise')).toHaveCount(0);
    await expect.poll(async () => (await anna.messages()).length).toBe(2);
    // Read a long one.
    const long = card(page, 'line 0');
    for (let i = 0; i < 3 && !await long.evaluate((one) => one === document.activeElement); i++) await keyboard.press('j');
    await expect(long).toBeFocused();
    await keyboard.press('Enter');
    await expect(long).toHaveClass(/open/);
    await keyboard.press('Escape');
    await expect(long).not.toHaveClass(/open/);
    await keyboard.press('c');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('line 29');
    // Search.
    await keyboard.press('/');
    await keyboard.type('last week');
    await keyboard.press('Enter');
    await expect(cards(page)).toHaveCount(1);
    await expect(page).toHaveURL(/q=last(%20|\+)week/);
    await keyboard.press('/');
    await expect(page.getByRole('searchbox')).toBeFocused();
  });

  test('5 add a sender, 6 test it', async ({page, anna, signIn}) => {
    await signIn();
    const {keyboard} = page;
    await keyboard.press('g');
    await keyboard.press('a');
    await expect(page.getByRole('heading', {level: 1})).toHaveText('Applications');
    await keyboard.press('n');
    await expect(page.getByLabel('Name')).toBeFocused();
    await keyboard.type('backup');
    await keyboard.press('Enter');
    await expect(page.getByRole('tab', {name: 'curl'})).toBeVisible();
    await keyboard.press('c');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl -fsS/);
    await keyboard.press('t');
    await expect.poll(async () => (await anna.messages()).length).toBe(1);
    await keyboard.press('g');
    await keyboard.press('m');
    await expect(cards(page)).toHaveCount(1);
    await keyboard.press('t');
    await expect.poll(async () => (await anna.messages()).length).toBe(2);
    await expect(page.locator('.test-panel')).toBeVisible();
    await keyboard.press('Escape');
    await expect(page.locator('.test-panel')).toBeHidden();
    await keyboard.press('n');
    await expect(page.getByRole('dialog', {name: 'New message'}).getByLabel('Text')).toBeFocused();
    await keyboard.type('written by hand');
    await keyboard.press('Control+Enter');
    await expect(card(page, 'written by hand')).toBeVisible();
  });

  test('8 silence a sender, 9 throw out a device', async ({page, anna, signIn}) => {
    const app = await anna.app('noisy');
    await signIn();
    const {keyboard} = page;
    await keyboard.press('g');
    await keyboard.press('a');
    await expect(page.locator('.app-row')).toBeVisible();
    await keyboard.press('j');
    await expect(page.locator(`a[data-row="${app.id}"]`)).toBeFocused();
    await keyboard.press('Tab');
    await expect(page.getByRole('button', {name: 'Mute noisy here'})).toBeFocused();
    await keyboard.press('Enter');
    await expect(page.getByRole('button', {name: 'Mute noisy here'})).toHaveAttribute('aria-pressed', 'true');
    await anna.send('POST', 'client', {name: 'lost phone'});
    await keyboard.press('g');
    await keyboard.press('d');
    await expect(page.locator('.list-row', {hasText: 'lost phone'})).toBeVisible();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    for (let i = 0; i < 5 && !(await focused()).includes('lost phone'); i++) await keyboard.press('j');
    await keyboard.press('#');
    await expect(page.getByRole('dialog', {name: 'Remove lost phone?'})).toBeVisible();
    for (let i = 0; i < 4 && await focused() !== 'Remove'; i++) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await expect(page.locator('.list-row', {hasText: 'lost phone'})).toHaveCount(0);
  });

  test('7 the way to the pushes, 10 is the server well, the help', async ({page, admin, signIn}) => {
    await signIn(admin);
    const {keyboard} = page;
    for (const [key, title] of [['y', 'Account'], ['s', 'Server'], ['p', 'Plugins'], ['m', 'Messages']] as const) {
      await keyboard.press('g');
      await keyboard.press(key);
      const heading = page.getByRole('heading', {level: 1});
      await expect(heading).toHaveText(title);
      await expect(heading).toBeFocused();
    }
    await keyboard.press('?');
    await expect(page.getByRole('dialog', {name: 'Keys'})).toBeVisible();
    await keyboard.press('Escape');
    await expect(page.getByRole('dialog', {name: 'Keys'})).toBeHidden();
  });

  test('keys can be switched off, and do nothing while one types', async ({page, anna, signIn}) => {
    await anna.post(await anna.app('job'), 'stays');
    await signIn();
    await page.keyboard.press('/');
    await page.keyboard.type('#ngj');
    await expect(page.getByRole('searchbox')).toHaveValue('#ngj');
    await page.keyboard.press('Escape');
    await go(page, '#/account');
    await page.getByRole('switch', {name: 'Keys'}).uncheck();
    await go(page, '#/');
    await card(page, 'stays').focus();
    await page.keyboard.press('#');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(card(page, 'stays')).toBeVisible();
  });
});
