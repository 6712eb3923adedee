// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Application, Message } from '../../../src/lib/types';
import { offences } from '../../corpus/allowed';
import { xss } from '../../corpus/xss';

// The worker is the only part that a small DOM does not have: here its function is called directly.
vi.mock('../../../src/markdown/index', async () => {
  const { parse } = await import('../../../src/markdown/parse');
  return { markdown: (text: string) => signal({ state: 'done', tree: parse(text) }) };
});
const state = vi.hoisted(() => ({ app: null as Application | null }));
vi.mock('../../../src/state/apps', () => ({
  apps: signal([]),
  appById: {
    get value() {
      return new Map(state.app ? [[state.app.id, state.app]] : []);
    },
  },
}));
vi.mock('../../../src/state/reads', () => ({ isUnread: () => true, seen: () => {} }));
vi.mock('../../../src/state/messages', () => ({
  get: () => undefined,
  selection: signal(new Set()),
  toggle() {},
  extendTo() {},
  clearSelection() {},
  remove() {},
  visible: signal([]),
}));

const { Card } = await import('../../../src/features/messages/Card');
const { here } = await import('../../../src/lib/url');
const { setOpen } = await import('../../../src/features/messages/page');

function message(part: Partial<Message>): Message {
  return { id: 1, appid: 1, message: 'text', title: 'title', priority: 9, date: '2026-11-28T10:00:00.5Z', ...part };
}

function shown(part: Partial<Message>, name = 'app'): HTMLElement {
  state.app = {
    id: 1,
    name,
    description: '',
    internal: false,
    image: 'static/defaultapp.png',
    defaultPriority: 0,
    lastUsed: null,
    sortKey: 'a',
  };
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  render(<Card id={1} index={0} of={1} tabStop={true} message={message(part)} />, root);
  return root;
}

const markdownExtras = { 'client::display': { contentType: 'text/markdown' } };
const clickExtras = (url: unknown) => ({ 'client::notification': { click: { url }, bigImageUrl: url } });

const places: [string, (text: string) => HTMLElement][] = [
  ['text', (text) => shown({ message: text })],
  ['Markdown', (text) => shown({ message: text, extras: markdownExtras })],
  ['title', (text) => shown({ title: text })],
  ['application', (text) => shown({}, text)],
  ['click and picture', (text) => shown({ extras: clickExtras(text) })],
  [
    'picture in Markdown',
    (text) =>
      shown({ message: `![a](<${text.replace(/[<>\n]/g, '')}>) [b](<${text.replace(/[<>\n]/g, '')}>)`, extras: markdownExtras }),
  ],
  ['type of the text', (text) => shown({ extras: { 'client::display': { contentType: text } } })],
];

beforeEach(() => setOpen(1, true));

describe('nothing but the elements and attributes of the page comes of a message', () => {
  test('there are enough texts', () => expect(new Set(xss).size).toBeGreaterThan(100));
  for (const [place, show] of places) {
    test.each(xss)(`${place}: %s`, (text) => {
      const root = show(text);
      expect(root.querySelector('article')).not.toBeNull();
      expect(offences(root, here(''))).toEqual([]);
    });
  }
});

test('the text of a message is shown as it is', () => {
  for (const text of xss) expect(shown({ message: text }).querySelector('.msg-body')!.textContent).toBe(text);
});

test('the check finds what is not allowed', () => {
  const root = document.createElement('div');
  root.innerHTML = '<b>x</b><p onclick="x">y</p><a href="javascript:x">z</a><img src="https://evil.example/"><input type="text">';
  expect(offences(root, here(''))).toEqual(
    expect.arrayContaining(['<b>', '<p onclick>', 'href=javascript:x', 'src=https://evil.example/', '<input type=text>']),
  );
});

test('extras of any shape are no error', () => {
  const odd = [
    null,
    1,
    'x',
    [],
    { 'client::notification': null },
    { 'client::notification': { click: 'x' } },
    clickExtras({}),
    clickExtras(['x']),
  ];
  for (const extras of odd)
    expect(shown({ extras: extras as Message['extras'] & object }).querySelector('.msg-extras')).toBeNull();
});
