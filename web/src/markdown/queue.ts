import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { maxBytes, type Answer, type Job, type Tree } from './tree';

// Why a message is shown as plain text: 'long' (more than 32 KB), 'slow' (took more than 300 ms), 'failed' (too many
// parts), 'off' (the worker does not start), 'busy' (too many at once).
export type Why = 'long' | 'slow' | 'failed' | 'off' | 'busy';
export type Rendered = { state: 'waiting' } | { state: 'done'; tree: Tree[] } | { state: 'plain'; why: Why };

export type Port = {
  postMessage(job: Job): void;
  terminate(): void;
  onmessage: ((event: { data: Answer }) => void) | null;
  onerror: ((event: unknown) => void) | null;
};
export type Clock = { set(run: () => void, ms: number): unknown; clear(timer: unknown): void };

const parseMs = 300;
const startMs = 10_000;
const maxCached = 500;
const maxWaiting = 200;

type Entry = { text: string; result: Signal<Rendered> };

// Parses one text after the other in a worker; what was asked last comes first, since it is what one looks at. A text
// that takes too long ends the worker, and a new one goes on with the others.
export class Queue {
  private cache = new Map<string, Entry>();
  private waiting: Entry[] = [];
  private current: Entry | null = null;
  private port: Port | null = null;
  private ready = false;
  private off = false;
  private timer: unknown = null;
  private id = 0;

  constructor(
    private open: () => Port,
    private clock: Clock,
  ) {}

  render(text: string): ReadonlySignal<Rendered> {
    const known = this.cache.get(text);
    if (known) {
      this.cache.delete(text);
      this.cache.set(text, known);
      return known.result;
    }
    if (tooLong(text)) return signal<Rendered>({ state: 'plain', why: 'long' });
    if (this.off) return signal<Rendered>({ state: 'plain', why: 'off' });
    const entry: Entry = { text, result: signal<Rendered>({ state: 'waiting' }) };
    this.keep(entry);
    this.waiting.push(entry);
    if (this.waiting.length > maxWaiting) this.drop(this.waiting.shift()!, 'busy');
    this.next();
    return entry.result;
  }

  private keep(entry: Entry) {
    this.cache.set(entry.text, entry);
    for (const [text, old] of this.cache) {
      if (this.cache.size <= maxCached) break;
      if (old.result.peek().state !== 'waiting') this.cache.delete(text);
    }
  }

  // plain text for now: whoever asks again gets a new try
  private drop(entry: Entry, why: Why) {
    this.cache.delete(entry.text);
    entry.result.value = { state: 'plain', why };
  }

  private next() {
    if (this.current || this.waiting.length === 0) return;
    if (!this.port) return this.start();
    if (!this.ready) return;
    this.current = this.waiting.pop()!;
    this.port.postMessage({ id: ++this.id, text: this.current.text });
    this.timer = this.clock.set(() => this.tooSlow(), parseMs);
  }

  private start() {
    try {
      this.port = this.open();
    } catch {
      return this.giveUp();
    }
    this.port.onmessage = (event) => this.heard(event.data);
    this.port.onerror = () => this.giveUp();
    this.timer = this.clock.set(() => this.giveUp(), startMs);
  }

  private heard(answer: Answer) {
    if ('ready' in answer) {
      this.clock.clear(this.timer);
      this.ready = true;
    } else if (answer.id === this.id && this.current) {
      this.clock.clear(this.timer);
      this.finish('tree' in answer ? { state: 'done', tree: answer.tree } : { state: 'plain', why: 'failed' });
    }
    this.next();
  }

  private finish(result: Rendered) {
    const entry = this.current!;
    this.current = null;
    entry.result.value = result;
  }

  private tooSlow() {
    this.stop();
    this.finish({ state: 'plain', why: 'slow' });
    this.next();
  }

  private stop() {
    if (this.port) {
      this.port.onmessage = null;
      this.port.onerror = null;
      this.port.terminate();
    }
    this.port = null;
    this.ready = false;
  }

  private giveUp() {
    this.clock.clear(this.timer);
    this.stop();
    this.off = true;
    if (this.current) this.waiting.push(this.current);
    this.current = null;
    for (const entry of this.waiting.splice(0)) this.drop(entry, 'off');
  }
}

function tooLong(text: string): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}
