// What is said to assistive technology, and the toast.
import {signal} from '@preact/signals';

export interface Toast {
  text: string;
  action?: {label: string; run: () => void};
  until: number;  // milliseconds since 1970
}

export const polite = signal('');  // the text of the polite live region
export const assertive = signal('');  // that of the alert region
export const toast = signal<Toast | null>(null);

const kBetween = 5_000;  // milliseconds between two sentences
const kWaiting = 3;
let waiting: string[] = [];
let busy: ReturnType<typeof setTimeout> | undefined;

function next(): void {
  const text = waiting.shift();
  busy = undefined;
  polite.value = text ?? '';
  if (text !== undefined) busy = setTimeout(next, kBetween);
}

// A sentence in 5 s; of those that wait, the newest three are said.
export function say(text: string): void {
  if (waiting.at(-1) === text) return;
  waiting = [...waiting, text].slice(-kWaiting);
  if (busy === undefined) next();
}

// At once. The same text twice is heard twice.
export function alert(text: string): void {
  assertive.value = '';
  setTimeout(() => { assertive.value = text; }, 50);
}

export function showToast(text: string, action?: Toast['action'], ms = 6000): void {
  toast.value = {text, ...(action && {action}), until: Date.now() + ms};
  say(text);
}

export function hideToast(): void {
  toast.value = null;
}
