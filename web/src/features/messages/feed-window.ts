import { Heights, rangeOf, type Key } from './heights';
import type { Row } from './rows';

export type Range = [first: number, last: number];

const kAtTop = 8; // px that still count as the top
const kNearEnd = 1500;
const kGuess = 96;

/** What of the list is in the document, and what keeps still while rows above it come, go or turn out higher than guessed. */
export class FeedWindow {
  onTop: (is: boolean) => void = () => {};
  onEnd: () => void = () => {};
  private heights = new Heights(kGuess);
  private rows: Row[] = [];
  private dayOf = new Int32Array(0);
  private range: Range = [0, -1];
  private anchor: { key: Key; below: number } | null = null; // the first row in sight; px from its top to the top edge
  private top = true;
  private root: HTMLElement | null = null;
  private observed = new Map<Element, Key>();
  private lastY = 0; // where the window was scrolled to when the anchor was taken
  private width = 0;
  private sticky = 0; // px at the upper edge of the window that are covered
  private observer: ResizeObserver | null = null;
  private wasTop: boolean | null = null;

  constructor(private render: () => void) {}

  /** The row of the heading above a row. */
  dayAt = (at: number): number => this.dayOf[at] ?? 0;

  setRows(rows: Row[]): Range {
    if (rows === this.rows) return this.range;
    const before = this.rows;
    this.rows = rows;
    this.heights.setKeys(rows.map((row) => row.key));
    this.dayOf = new Int32Array(rows.length);
    let day = 0;
    rows.forEach((row, at) => {
      if (row.kind === 'day') day = at;
      this.dayOf[at] = day;
    });
    this.keepAnchor(before);
    this.range = this.wanted();
    return this.range;
  }

  // If the anchor has gone, the next row below it takes its place.
  private keepAnchor(before: Row[]) {
    if (!this.anchor || this.heights.indexOf(this.anchor.key) !== undefined) return;
    const from = before.findIndex((row) => row.key === this.anchor!.key);
    const next =
      from < 0
        ? undefined
        : before.slice(from + 1).find((row) => row.kind === 'message' && this.heights.indexOf(row.key) !== undefined);
    this.anchor = next ? { key: next.key, below: 0 } : null;
  }

  attach(root: HTMLElement) {
    this.root = root;
    this.observer = new ResizeObserver((entries) => this.resized(entries));
    addEventListener('scroll', this.scrolled, { passive: true });
    addEventListener('resize', this.scrolled, { passive: true });
    this.observer.observe(root);
    this.sticky = covered(root);
  }

  /** What lies over the upper edge has another height. */
  covers() {
    if (this.root) this.sticky = covered(this.root);
  }

  detach() {
    this.observer?.disconnect();
    this.observer = null;
    removeEventListener('scroll', this.scrolled);
    removeEventListener('resize', this.scrolled);
    this.observed.clear();
    this.root = null;
  }

  // the upper edge of the window, in px below the top of the list
  private edge(): number {
    return this.root ? -this.root.getBoundingClientRect().top : 0;
  }

  private wanted(): Range {
    const anchored = this.anchor && !this.top ? this.heights.indexOf(this.anchor.key) : undefined;
    const edge = anchored === undefined ? (this.top ? 0 : this.edge()) : this.heights.offset(anchored) + this.anchor!.below;
    const screen = innerHeight || 800;
    return rangeOf(this.heights, edge, edge + screen, screen);
  }

  private scrolled = () => {
    if (!this.root || this.heights.length === 0) return;
    const edge = this.edge();
    this.top = edge + this.sticky <= kAtTop;
    this.remember(edge);
    const screen = innerHeight;
    const [first, last] = rangeOf(this.heights, edge, edge + screen, screen / 2);
    if (first < this.range[0] || last > this.range[1]) {
      this.range = rangeOf(this.heights, edge, edge + screen, screen);
      this.render();
    }
    this.report(edge);
  };

  private remember(edge: number) {
    this.lastY = scrollY;
    let at = this.heights.at(Math.max(0, edge));
    if (this.rows[at]?.kind !== 'message' && at + 1 < this.rows.length) at++;
    const row = this.rows[at];
    this.anchor = row ? { key: row.key, below: edge - this.heights.offset(at) } : null;
  }

  private report(edge: number) {
    if (this.top !== this.wasTop) {
      this.wasTop = this.top;
      this.onTop(this.top);
    }
    if (edge + innerHeight + kNearEnd > this.heights.total()) this.onEnd();
  }

  /** After each rendering, before it is painted: measure what is new, put the rows where they belong. */
  rendered() {
    const root = this.root;
    if (!root) return;
    const elements = root.querySelectorAll<HTMLElement>('[data-row]');
    const present = new Set<Element>(elements);
    for (const element of this.observed.keys()) {
      if (present.has(element)) continue;
      this.observer?.unobserve(element);
      this.observed.delete(element);
    }
    const fresh: HTMLElement[] = [];
    for (const element of elements) {
      const key = keyOf(element);
      if (this.observed.get(element) === key) continue;
      this.observed.set(element, key);
      this.observer?.observe(element);
      fresh.push(element);
    }
    markCut(fresh);
    for (const element of fresh) this.heights.measure(keyOf(element), element.getBoundingClientRect().height);
    this.place();
  }

  private place() {
    const root = this.root!;
    // Scrolled since the last event of it: the anchor goes along, else holding it would take that back.
    if (this.anchor) this.anchor.below += scrollY - this.lastY;
    const [first] = this.range;
    const day = this.dayAt(first);
    const heading = first > day && this.rows[day] ? this.heights.height(this.rows[day]!.key) : 0;
    root.style.setProperty('height', `${this.heights.total()}px`);
    root.style.setProperty('padding-top', `${Math.max(0, this.heights.offset(first) - heading)}px`);
    this.hold();
    this.lastY = scrollY;
    const edge = this.edge();
    const [from, to] = rangeOf(this.heights, edge, edge + innerHeight, 0);
    if (from < this.range[0] || to > this.range[1]) queueMicrotask(this.scrolled);
    this.report(edge);
  }

  // Scrolls by as much as the anchor has moved, so that what one reads stays where it is.
  private hold() {
    if (this.top || !this.anchor) return;
    const at = this.heights.indexOf(this.anchor.key);
    if (at === undefined) return;
    const moved = this.heights.offset(at) + this.anchor.below - this.edge();
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: 'instant' });
  }

  private resized(entries: ResizeObserverEntry[]) {
    const root = this.root;
    if (!root) return;
    if (Math.abs(root.clientWidth - this.width) >= 1) {
      const first = this.width === 0;
      this.width = root.clientWidth;
      this.sticky = covered(root);
      if (!first) this.heights.forget();
      const all = [...this.observed.keys()] as HTMLElement[];
      markCut(all);
      for (const element of all) this.heights.measure(keyOf(element), element.getBoundingClientRect().height);
      this.place();
      return;
    }
    let changed = false;
    const rows = entries.map((entry) => entry.target as HTMLElement).filter((element) => this.observed.has(element));
    markCut(rows);
    for (const element of rows) if (this.heights.measure(keyOf(element), element.getBoundingClientRect().height)) changed = true;
    if (changed) this.place();
  }

  /** Brings a message into sight. It becomes the anchor, so it stays there while its neighbours are measured. */
  scrollTo(id: number, block: 'nearest' | 'start' = 'nearest'): boolean {
    const at = this.heights.indexOf(id);
    if (at === undefined || !this.root) return false;
    const top = this.heights.offset(at) - this.sticky;
    const bottom = this.heights.offset(at + 1);
    const edge = this.edge();
    if (block === 'nearest' && top >= edge && bottom <= edge + innerHeight - kBelow) return true;
    this.top = false;
    const up = block === 'start' || top < edge || bottom - top > innerHeight - kBelow;
    this.anchor = { key: id, below: up ? -this.sticky : bottom - this.heights.offset(at) - innerHeight + kBelow };
    this.range = this.wanted();
    scrollBy({ top: this.heights.offset(at) + this.anchor.below - edge, behavior: 'instant' });
    this.lastY = scrollY;
    this.render();
    return true;
  }

  toTop() {
    this.top = true;
    this.anchor = null;
    scrollTo({ top: 0, behavior: 'instant' });
    this.range = this.wanted();
    this.render();
    this.report(0);
  }

  /** The first message whose top is in sight. */
  firstInSight(): number | undefined {
    const edge = this.edge() + this.sticky;
    for (let at = this.heights.at(Math.max(0, edge)); at < this.rows.length; at++) {
      const row = this.rows[at]!;
      if (row.kind === 'message' && this.heights.offset(at) >= edge - 8) return row.key;
    }
    return undefined;
  }

  element(id: number): HTMLElement | null {
    return this.root?.querySelector<HTMLElement>(`[data-row="${id}"]`) ?? null;
  }
}

const kSixLines = 136; // px of an open text from which on it would be cut if it were closed
const kBelow = 72; // what may cover the lower edge: the undo bar, the bar of a phone

function keyOf(element: HTMLElement): Key {
  const key = element.dataset.row ?? '';
  return /^\d+$/.test(key) ? Number(key) : key;
}

// "More" only where something is cut off, "Less" where it would be. First all are read, then all are written: one layout, not
// one for each.
function markCut(rows: HTMLElement[]) {
  const cut = rows.map((row) => {
    const body = row.querySelector<HTMLElement>('.msg-body');
    if (!body) return false;
    return body.scrollHeight > (body.classList.contains('clamped') ? body.clientHeight + 2 : kSixLines);
  });
  rows.forEach((row, at) => row.classList.contains('msg') && row.toggleAttribute('data-cut', cut[at]));
}

// The style sheet says it in one place.
function covered(root: HTMLElement): number {
  return parseFloat(getComputedStyle(root).scrollMarginTop) || 0;
}
