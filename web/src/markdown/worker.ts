import { parse } from './parse';
import type { Answer, Job } from './tree';

const answer = (message: Answer) => (self as unknown as { postMessage(message: Answer): void }).postMessage(message);

self.addEventListener('message', (event: MessageEvent<Job>) => {
  const { id, text } = event.data;
  try {
    answer({ id, tree: parse(text) });
  } catch {
    answer({ id, failed: true });
  }
});
answer({ ready: true });
