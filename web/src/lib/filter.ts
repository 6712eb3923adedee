// The words of the filter: ANDed; case and accents do not count. "two words" in quotes are one.
import type {Message} from './types';
import {isSafeLink, linkify} from './url';

export interface Query {
  words: string[];  // folded
  app: string[];  // folded parts of names: one of them
  priority: [min: number, max: number];
  unread: boolean;
  link: boolean;
  image: boolean;
}

export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/ß/g, 'ss');
}

// Words as they stand: app:"two words" is one.
function split(q: string): string[] {
  return q.match(/(?:[^\s"]+|"[^"]*"?)+/g) ?? [];
}

const kPriority = /^p(>=|<=|>|<|=|:)(-?\d+)$/i;

function limit([min, max]: Query['priority'], sign: string, value: number): Query['priority'] {
  switch (sign) {
    case '>=': return [Math.max(min, value), max];
    case '>': return [Math.max(min, value + 1), max];
    case '<=': return [min, Math.min(max, value)];
    case '<': return [min, Math.min(max, value - 1)];
    default: return [Math.max(min, value), Math.min(max, value)];
  }
}

export function parse(q: string): Query {
  const out: Query = {words: [], app: [], priority: [-Infinity, Infinity], unread: false, link: false, image: false};
  for (const raw of split(q)) {
    const priority = kPriority.exec(raw);
    const [, name = '', value = ''] = /^(app|is|has):(.*)$/is.exec(raw) ?? [];
    const what = fold(value.replaceAll('"', ''));
    if (priority) out.priority = limit(out.priority, priority[1]!, Number(priority[2]));
    else if (/^app$/i.test(name) && what) out.app.push(what);
    else if (/^is$/i.test(name) && what === 'unread') out.unread = true;
    else if (/^has$/i.test(name) && what === 'link') out.link = true;
    else if (/^has$/i.test(name) && what === 'image') out.image = true;
    else if (/^(app|is|has):$/i.test(raw)) continue;  // still being typed
    else {
      const word = fold(raw.replaceAll('"', ''));
      if (word) out.words.push(word);
    }
  }
  return out;
}

export function isEmpty(query: Query): boolean {
  return !query.words.length && !query.app.length && !query.unread && !query.link && !query.image &&
    query.priority[0] === -Infinity && query.priority[1] === Infinity;
}

const isMarkdown = (message: Message) => message.extras?.['client::display']?.contentType === 'text/markdown';

export function hasLink(message: Message): boolean {
  const click = message.extras?.['client::notification']?.click?.url;
  if (typeof click === 'string' && click) return true;
  if (linkify(message.message).some((piece) => 'url' in piece)) return true;
  const links = isMarkdown(message) ? message.message.matchAll(/(!?)\[[^\]]*\]\(\s*<?([^)\s>]+)/g) : [];
  for (const found of links) if (!found[1] && isSafeLink(found[2]!)) return true;
  return false;
}

export function hasImage(message: Message): boolean {
  const big = message.extras?.['client::notification']?.bigImageUrl;
  return (typeof big === 'string' && big !== '') || (isMarkdown(message) && /!\[[^\]]*\][([]/.test(message.message));
}

// Folding is slow for 10,000 messages at each letter typed, so the folded text is kept as long as the message.
const kFolded = new WeakMap<Message, string>();
function folded(message: Message): string {
  let text = kFolded.get(message);
  if (text === undefined) kFolded.set(message, text = fold(`${message.title}\n${message.message}`));
  return text;
}

export function matches(message: Message, query: Query, appName: string, isUnread: boolean): boolean {
  if (message.priority < query.priority[0] || message.priority > query.priority[1]) return false;
  if (query.unread && !isUnread) return false;
  const app = query.app.length || query.words.length ? fold(appName) : '';
  if (query.app.length && !query.app.some((one) => app.includes(one))) return false;
  if (query.words.length) {
    const text = folded(message);
    if (!query.words.every((word) => text.includes(word) || app.includes(word))) return false;
  }
  return (!query.link || hasLink(message)) && (!query.image || hasImage(message));
}

export function hasWord(q: string, word: string): boolean {
  return split(q).some((one) => fold(one) === fold(word));
}

// The filter with a word added or taken out: what a chip does.
export function withWord(q: string, word: string, on: boolean): string {
  const rest = split(q).filter((one) => fold(one) !== fold(word));
  return (on ? [...rest, word] : rest).join(' ');
}
