// What only the page of the messages knows, and only while it is open.
import { signal } from '@preact/signals';
import { clearSelection } from '../../state/messages';
import { seen } from '../../state/reads';
import type { FeedWindow } from './feed-window';

export const cursor = signal<number | null>(null);
export const opened = signal<ReadonlySet<number>>(new Set());
/** A click URL of an unknown scheme, until one has decided. */
export const askedUrl = signal<string | null>(null);
export const deleteAllOf = signal<{ appid?: number } | null>(null);
export const composing = signal(false);
/** The application whose test runs; another `at` is another test. */
export const testing = signal<{ appid: number; at: number } | null>(null);
/** The card whose Delete a swipe has revealed. */
export const swiped = signal<number | null>(null);

export const feed: { current: FeedWindow | null } = { current: null };

export function setOpen(id: number, open: boolean) {
  if (opened.peek().has(id) === open) return;
  const next = new Set(opened.peek());
  if (open) next.add(id);
  else next.delete(id);
  opened.value = next;
  if (open) seen(id);
}

export function toggleOpen(id: number) {
  setOpen(id, !opened.peek().has(id));
}

/** Moves the cursor there, and the focus once the row is in the document. */
export function moveTo(id: number) {
  cursor.value = id;
  feed.current?.scrollTo(id);
  focusRow(id, 3);
}

// A row that came into sight only now stands in the document after the next rendering.
function focusRow(id: number, tries: number) {
  const element = feed.current?.element(id);
  if (element) element.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusRow(id, tries - 1));
}

export function leavePage() {
  cursor.value = null;
  opened.value = new Set();
  askedUrl.value = null;
  composing.value = false;
  testing.value = null;
  deleteAllOf.value = null;
  swiped.value = null;
  clearSelection();
}
