// Which addresses a message may lead to.

const kSafe = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const kNever = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:']);

// A browser ignores control characters in a scheme; here nothing with one is an address at all.
const scheme = (url: string): string | undefined => /^[a-z][a-z0-9+.-]*:/i.exec(url.trim())?.[0].toLowerCase();

function parses(url: string): boolean {
  try {
    new URL(url);
    return true;
  } catch {
    return false;
  }
}

// Absolute http, https, mailto and tel: what text and Markdown may link to.
export function isSafeLink(url: string): boolean {
  return kSafe.has(scheme(url) ?? '') && parses(url);
}

// What the click URL of a message may do: 'yes' at once, 'ask' after a dialog that shows it whole, 'no' never.
export function isClickable(url: string): 'yes' | 'ask' | 'no' {
  const found = scheme(url);
  if (!found || kNever.has(found) || !parses(url)) return 'no';
  return kSafe.has(found) ? 'yes' : 'ask';
}

// The absolute address of a path of this server, below whatever prefix a proxy has put before it.
export function here(path = ''): string {
  const base = new URL('.', document.baseURI);
  base.hash = base.search = '';
  return new URL(path, base).href;
}

export type Piece = {text: string} | {url: string};

const kLink = /\bhttps?:\/\/[^\s<>"'`\u0000-\u001f\u007f]+/gi;
const kPairs: Record<string, string> = {')': '(', ']': '[', '}': '{'};
const count = (text: string, letter: string) => text.split(letter).length - 1;

// What ends a sentence is not part of the address; a bracket is if it was opened in it.
function trimmed(url: string): string {
  for (;;) {
    const last = url.at(-1) ?? '';
    const open = kPairs[last];
    if (/[.,:;!?*_~…]/.test(last) || (open && count(url, open) < count(url, last))) url = url.slice(0, -1);
    else return url;
  }
}

// Plain text as text and http(s) addresses, in order.
export function linkify(text: string): Piece[] {
  const out: Piece[] = [];
  let done = 0;
  for (const found of text.matchAll(kLink)) {
    const url = trimmed(found[0]);
    if (!isSafeLink(url)) continue;
    if (found.index > done) out.push({text: text.slice(done, found.index)});
    out.push({url});
    done = found.index + url.length;
  }
  if (done < text.length) out.push({text: text.slice(done)});
  return out;
}
