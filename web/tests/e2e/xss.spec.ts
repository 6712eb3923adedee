import type {Page} from '@playwright/test';
import {xss} from '../corpus/xss';
import {expect, go, test} from './support/test';

// A script that ran would have called alert, which `watched` reports, as it does for violations of the policy, dialogs of the
// browser and requests to other hosts.

/** Scrolls through the whole list. What is in it that no message may bring? */
async function walk(page: Page): Promise<{rows: number; bad: string[]}> {
  return page.evaluate(async () => {
    const rows = new Set<string>();
    const bad = new Set<string>();
    const look = () => {
      for (const one of document.querySelectorAll('article.msg *')) {
        const tag = one.tagName.toLowerCase();
        if (/^(script|iframe|object|embed|style|link|meta|base|form|audio|video|math|template|select|noscript)$/.test(tag)) bad.add(`<${tag}>`);
        for (const {name} of one.attributes) if (/^on|^style$|^srcdoc$|^formaction$/i.test(name)) bad.add(`<${tag} ${name}>`);
        const href = one.getAttribute('href');
        if (href !== null && !/^(https?|mailto|tel):/.test(href)) bad.add(`<${tag} href=${href}>`);
        const src = one.getAttribute('src');
        if (src !== null && !/^(image|static)\/[\w.-]+$|^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/.test(src)) bad.add(`<${tag} src=${src}>`);
      }
    };
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    for (let still = 0; still < 20;) {
      for (const one of document.querySelectorAll<HTMLElement>('article.msg')) rows.add(one.dataset.row!);
      look();
      const before = scrollY;
      scrollBy(0, 400);
      await frame();
      still = scrollY === before ? still + 1 : 0;
    }
    return {rows: rows.size, bad: [...bad]};
  });
}

const kinds: Record<string, (text: string) => object> = {
  text: (text) => ({message: text, title: text}),
  Markdown: (text) => ({message: text, title: text, extras: {'client::display': {contentType: 'text/markdown'}}}),
  extras: (text) => ({message: 'x', extras: {'client::notification': {click: {url: text}, bigImageUrl: text}, [text]: {[text]: text}}}),
};

for (const [kind, body] of Object.entries(kinds)) {
  test(`21 nothing of the corpus runs, as ${kind}${kind === 'Markdown' ? ' @smoke' : ''}`, async ({page, anna, signIn}) => {
    const app = await anna.app('job');
    let sent = 0;
    for (const text of xss) {
      await anna.post(app, body(text) as never).then(() => sent++, (error: Error) => expect(error.message).toContain(': 400'));
    }
    expect(sent).toBeGreaterThan(xss.length * 0.9);
    await signIn();
    const {rows, bad} = await walk(page);
    expect(bad).toEqual([]);
    expect(rows).toBe(sent);
    // The words are there as words.
    if (kind === 'text') {
      await page.evaluate(() => scrollTo(0, 0));
      await go(page, `#/?q=${encodeURIComponent('onerror=alert(1)')}`);
      await expect(page.locator('article.msg').first()).toContainText('onerror=alert(1)');
    }
  });
}

test('21 nothing of the corpus runs, as names of applications, devices and users', async ({page, anna, signIn}) => {
  const names = xss.filter((text) => !/[\u0000-\u001f]/.test(text)).slice(0, 60);
  for (const name of names) {
    const app = await anna.app(name, {description: name}).catch(() => undefined);
    if (app) await anna.post(app, {message: 'x'});
    await anna.send('POST', 'client', {name}).catch(() => undefined);
  }
  await signIn();
  await walk(page);
  for (const hash of ['#/applications', '#/clients']) {
    await go(page, hash);
    await expect(page.locator('.list-row').nth(40)).toBeAttached();
    await expect(page.locator('main :is(script, iframe, object, embed, b, marquee)')).toHaveCount(0);
  }
  const [one] = await anna.send<{id: number; name: string}[]>('GET', 'application');
  await go(page, `#/applications/${one!.id}`);
  await expect(page.getByRole('heading', {level: 1})).toHaveText(one!.name);
});
