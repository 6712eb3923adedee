import type { ReadonlySignal } from '@preact/signals';
import { scriptUrl } from '../lib/trusted';
import { Queue, type Port, type Rendered } from './queue';
import workerUrl from './worker?worker&url';

const queue = new Queue(() => new Worker(scriptUrl(workerUrl), { type: 'module', name: 'markdown' }) as unknown as Port, {
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as number),
});

/** The tree of a text, or why it has none. Texts that are asked for again come from a cache. */
export function markdown(text: string): ReadonlySignal<Rendered> {
  return queue.render(text);
}
