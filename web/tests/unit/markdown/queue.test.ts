import { beforeEach, describe, expect, test } from 'vitest';
import { Queue, type Port } from '../../../src/markdown/queue';
import type { Answer, Job } from '../../../src/markdown/tree';

class Worker implements Port {
  jobs: Job[] = [];
  ended = false;
  onmessage: ((event: { data: Answer }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  postMessage(job: Job) {
    this.jobs.push(job);
  }
  terminate() {
    this.ended = true;
  }
  say(answer: Answer) {
    this.onmessage?.({ data: answer });
  }
  /** Answers the last job. */
  done() {
    const { id, text } = this.jobs.at(-1)!;
    this.say({ id, tree: [text] });
  }
}

let workers: Worker[];
let timers: Map<number, { run: () => void; ms: number }>;
let queue: Queue;

const worker = () => workers.at(-1)!;
const fire = () => [...timers].forEach(([id, { run }]) => timers.delete(id) && run());
const shown = (text: string) => queue.render(text).value;

beforeEach(() => {
  workers = [];
  timers = new Map();
  let next = 0;
  const open = () => {
    workers.push(new Worker());
    return worker();
  };
  const set = (run: () => void, ms: number) => {
    timers.set(++next, { run, ms });
    return next;
  };
  queue = new Queue(open, { set, clear: (id) => timers.delete(id as number) });
});

describe('texts go to the worker', () => {
  test('one at a time, what was asked last first', () => {
    queue.render('a');
    queue.render('b');
    queue.render('c');
    expect(workers).toHaveLength(1);
    expect(worker().jobs).toEqual([]);
    worker().say({ ready: true });
    expect(worker().jobs.map(({ text }) => text)).toEqual(['c']);
    worker().done();
    expect(shown('c')).toEqual({ state: 'done', tree: ['c'] });
    expect(worker().jobs.map(({ text }) => text)).toEqual(['c', 'b']);
  });

  test('a text is parsed once', () => {
    queue.render('a');
    worker().say({ ready: true });
    worker().done();
    expect(shown('a').state).toBe('done');
    expect(worker().jobs).toHaveLength(1);
  });

  test('the 500 used last are kept', () => {
    queue.render('first');
    worker().say({ ready: true });
    worker().done();
    for (let i = 0; i < 499; i++) {
      queue.render(`text ${i}`);
      worker().done();
    }
    expect(shown('first').state).toBe('done');
    queue.render('one more');
    worker().done();
    const jobs = worker().jobs.length;
    expect(shown('first').state).toBe('done');
    expect(worker().jobs).toHaveLength(jobs);
    expect(shown('text 0').state).toBe('waiting');
  });

  test('more than 200 that wait are plain text, and have another try later', () => {
    const first = queue.render('0');
    for (let i = 1; i <= 200; i++) queue.render(`${i}`);
    expect(first.value).toEqual({ state: 'plain', why: 'busy' });
    expect(shown('0').state).toBe('waiting');
  });
});

describe('plain text', () => {
  test('above 32 KB, in bytes', () => {
    expect(shown('a'.repeat(32 * 1024 + 1))).toEqual({ state: 'plain', why: 'long' });
    expect(shown('ä'.repeat(16 * 1024 + 1))).toEqual({ state: 'plain', why: 'long' });
    expect(shown('ä'.repeat(16 * 1024)).state).toBe('waiting');
  });

  test('after 300 ms, with a new worker for the others', () => {
    queue.render('other');
    queue.render('slow');
    worker().say({ ready: true });
    expect([...timers.values()].map(({ ms }) => ms)).toEqual([300]);
    fire();
    expect(shown('slow')).toEqual({ state: 'plain', why: 'slow' });
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    worker().say({ ready: true });
    worker().done();
    expect(shown('other')).toEqual({ state: 'done', tree: ['other'] });
  });

  test('an answer of an ended worker is not taken for another text', () => {
    queue.render('b');
    queue.render('a');
    const first = worker();
    first.say({ ready: true });
    const late = first.onmessage!;
    fire();
    worker().say({ ready: true });
    late({ data: { id: 1, tree: ['wrong'] } });
    expect(shown('b').state).toBe('waiting');
  });

  test('if the parser fails', () => {
    queue.render('a');
    worker().say({ ready: true });
    worker().say({ id: worker().jobs[0]!.id, failed: true });
    expect(shown('a')).toEqual({ state: 'plain', why: 'failed' });
  });

  test('of everything, if the worker does not start', () => {
    const a = queue.render('a');
    fire();
    expect(a.value).toEqual({ state: 'plain', why: 'off' });
    expect(shown('b')).toEqual({ state: 'plain', why: 'off' });
    expect(workers).toHaveLength(1);
  });

  test('of everything, if there is no worker at all', () => {
    queue = new Queue(
      () => {
        throw new Error('refused');
      },
      { set: () => 0, clear: () => {} },
    );
    expect(shown('a')).toEqual({ state: 'plain', why: 'off' });
  });
});
