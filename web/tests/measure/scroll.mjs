// Scrolls through a list of 10,000 messages and prints the longest tasks (in time of the processor, so that other programs do not
// count), the time a frame took, and how far rows jumped.
//   PAGE=http://127.0.0.1:8080/ USER_NAME=many USER_PASS=many CHROMIUM=/usr/bin/chromium node tests/measure/scroll.mjs
// The user must have that many messages; CPU=4 slows the processor down by that factor. Needs playwright-core.
import {chromium} from 'playwright-core';

const page_ = process.env.PAGE ?? 'http://127.0.0.1:8080/';
const name = process.env.USER_NAME ?? 'many', pass = process.env.USER_PASS ?? 'many';

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});
const page = await (await browser.newContext({viewport: {width: 1280, height: 900}})).newPage();
page.on('pageerror', (error) => console.log('error', error.message));
await page.request.post(`${page_}auth/local/login`, {
  headers: {Authorization: `Basic ${Buffer.from(`${name}:${pass}`).toString('base64')}`}, form: {name: 'measure'}});
await page.goto(`${page_}#/?q=${encodeURIComponent('p>=0')}`);
await page.waitForSelector('.msg');
await page.click('.feed-foot button, .empty button');
await page.waitForFunction(() => !document.querySelector('.feed-searching, .feed-foot .button'), null, {timeout: 120_000});
console.log('messages', await page.evaluate(() => document.querySelector('.msg').getAttribute('aria-setsize')));
if (process.env.CPU) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', {rate: Number(process.env.CPU)});
}

// What the main thread of the page did since: the processor time of each task in ms.
async function traced(run) {
  await browser.startTracing(page, {categories: ['toplevel', 'disabled-by-default-devtools.timeline']});
  const value = await run();
  await page.waitForTimeout(200);
  const {traceEvents} = JSON.parse((await browser.stopTracing()).toString());
  const mains = traceEvents.filter(({name, args}) => name === 'thread_name' && args.name === 'CrRendererMain');
  const tasksOf = ({pid, tid}) => traceEvents.filter((one) => one.name.endsWith('RunTask') && one.pid === pid && one.tid === tid && one.tdur)
    .map(({tdur}) => tdur / 1000);
  // The page is the one that did most; a browser may keep a spare one.
  const sum = (all) => all.reduce((a, b) => a + b, 0);
  const tasks = mains.map(tasksOf).sort((a, b) => sum(b) - sum(a))[0];
  if (!tasks?.length) throw new Error('the trace has no tasks');
  return {value, tasks};
}

// Moves the list by `step` px in each frame, and looks whether the rows in sight moved by just as much.
const scrolled = (step, frames) => page.evaluate(async ({step, frames}) => {
  const durations = [], jumps = [];
  let rows = 0;
  for (let i = 0; i < frames; i++) {
    const before = new Map([...document.querySelectorAll('.msg')].map((one) => [one.dataset.row, one.getBoundingClientRect().top]));
    const at = performance.now();
    window.scrollBy(0, step);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    durations.push(performance.now() - at);
    const shown = [...document.querySelectorAll('.msg')].map((one) => [one.dataset.row, one.getBoundingClientRect()])
      .filter(([, box]) => box.bottom > 100 && box.top < innerHeight);
    rows = Math.max(rows, document.querySelectorAll('.msg').length);
    const moved = shown.filter(([row]) => before.has(row)).map(([row, box]) => before.get(row) - box.top - step);
    if (!shown.length) jumps.push(9999);
    else if (moved.length) jumps.push(Math.max(...moved.map(Math.abs)));
  }
  return {durations, jumps, rows};
}, {step, frames});

const share = (all, part) => all.sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))];
const long = (tasks) => tasks.filter((one) => one > 50).length;
const longest = (tasks) => Math.max(0, ...tasks).toFixed(0);
async function report(label, step, frames) {
  const {value: {durations, jumps, rows}, tasks} = await traced(() => scrolled(step, frames));
  console.log(label.padEnd(22), `tasks over 50 ms: ${long(tasks)} of ${tasks.length}, longest ${longest(tasks)} ms; frame p50`,
    `${share(durations, 0.5).toFixed(0)} p99 ${share(durations, 0.99).toFixed(0)} ms; greatest jump ${Math.max(0, ...jumps).toFixed(1)} px;`,
    `rows in the document ${rows}`);
  return long(tasks);
}

let bad = await report('down, 120 px a frame', 120, 600);
bad += await report('up, 120 px a frame', -120, 500);
bad += await report('down, 900 px a frame', 900, 300);
await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
await page.waitForTimeout(300);
bad += await report('up from the middle', -300, 400);
const {value: blank, tasks} = await traced(() => page.evaluate(async () => {
  let empty = 0;
  for (let i = 0; i < 40; i++) {
    scrollTo(0, Math.random() * document.documentElement.scrollHeight);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    if (![...document.querySelectorAll('.msg')].some((one) => one.getBoundingClientRect().bottom > 150)) empty++;
  }
  return empty;
}));
console.log('jumps of the scroll bar', `40, without rows after a frame: ${blank}, tasks over 50 ms: ${long(tasks)}, longest ${longest(tasks)} ms`);
await browser.close();
process.exit(bad + long(tasks) ? 1 : 0);
