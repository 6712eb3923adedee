// Keys. A map names what each key does, in a scope: 'j', 'J', '#', 'Enter', 'Esc', 'Del', 'g a' (one after the other). What was bound
// last is asked first; a handler that returns false lets the next one try. Never while somebody types, nor behind an open dialog.
import {prefs} from '../state/prefs';

export type KeyHandler = (event: KeyboardEvent) => void | boolean;
export type KeyMap = Record<string, KeyHandler>;

const kChordMs = 1500;
const kNames: Record<string, string> = {Escape: 'Esc', Delete: 'Del', ' ': 'Space', ArrowUp: 'Up', ArrowDown: 'Down', ArrowLeft: 'Left', ArrowRight: 'Right'};
const kRepeats = new Set(['j', 'k', 'J', 'K', 'Up', 'Down']);
const kNotText = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit']);

const bound: {scope: string; map: KeyMap}[] = [];
let first = '';
let firstAt = 0;

export function bind(scope: string, map: KeyMap): () => void {
  const entry = {scope, map};
  bound.push(entry);
  return () => {
    const at = bound.indexOf(entry);
    if (at >= 0) bound.splice(at, 1);
  };
}

/** The name of the key as maps write it. Caps Lock changes nothing, and other alphabets have the letters where the keyboard has them. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  const {key} = event;
  if (key.length !== 1) return kNames[key] ?? key;
  const foreign = key > '\x7f' ? /^Key([A-Z])$/.exec(event.code ?? '') : null;
  const letter = foreign?.[1] ?? (/^[a-z]$/i.test(key) ? key : '');
  if (letter) return event.shiftKey ? letter.toUpperCase() : letter.toLowerCase();
  return kNames[key] ?? key;
}

function isTyping(target: Element | null): boolean {
  if (!target) return false;
  if (target.tagName === 'INPUT') return !kNotText.has((target as HTMLInputElement).type);
  return target.tagName === 'TEXTAREA' || target.tagName === 'SELECT' || (target as HTMLElement).isContentEditable;
}

/** Enter and Space belong to what has the focus, if that acts on them. */
function actsItself(name: string, target: Element | null): boolean {
  if (name !== 'Enter' && name !== 'Space') return false;
  return Boolean(target?.closest('a[href], button, summary, input, label, [role=menuitem], [role=tab], [role=option]'));
}

function run(name: string, event: KeyboardEvent): boolean {
  for (let i = bound.length - 1; i >= 0; i--) {
    const handler = bound[i]?.map[name];
    if (!handler || handler(event) === false) continue;
    event.preventDefault();
    return true;
  }
  return false;
}

const isFirst = (name: string) => bound.some(({map}) => Object.keys(map).some(keys => keys.startsWith(`${name} `)));

/** Handles a key that was pressed; whether something was done. */
export function press(event: KeyboardEvent, at = Date.now()): boolean {
  if (!prefs.value.keys || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (isTyping(target) || document.querySelector('dialog[open]')) return false;
  const name = keyName(event);
  if (name === 'Shift' || actsItself(name, target) || (event.repeat && !kRepeats.has(name))) return false;
  const before = first && at - firstAt <= kChordMs ? first : '';
  first = '';
  if (before && run(`${before} ${name}`, event)) return true;
  if (!before && isFirst(name)) {
    first = name;
    firstAt = at;
    return false;
  }
  return before ? false : run(name, event);
}

export function startKeys(): () => void {
  const listener = (event: KeyboardEvent) => void press(event);
  document.addEventListener('keydown', listener);
  return () => document.removeEventListener('keydown', listener);
}
