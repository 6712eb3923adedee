import {describe, expect, it} from 'vitest';
import {
  between, difference, gauge, keep, kept, path, percentile, percentiles, rate, roundUp, sum,
  type Histogram, type Sample, type ServerState,
} from '../../../src/features/server/samples';

const histogram = (...counts: number[]): Histogram => ({
  buckets: [[0.001, counts[0]!], [0.01, counts[1]!], [0.1, counts[2]!]],
  count: counts[3]!,
  sum: 0,
});
const sample = (at: number, state: Partial<ServerState> = {}): Sample => ({
  at, state: { version: '1', start: '2026-01-01T00:00:00Z', ...state },
});

describe('difference', () => {
  it('subtracts bucket by bucket and adds what lies above the last bound', () => {
    expect(difference(histogram(1, 2, 3, 4), histogram(2, 5, 9, 12))).toEqual([[0.001, 1], [0.01, 3], [0.1, 6], [Infinity, 8]]);
  });
  it('takes a last bucket without a bound as it is', () => {
    const of = (n: number): Histogram => ({ buckets: [[1, n], ['+Inf', 2 * n]], count: 2 * n, sum: 0 });
    expect(difference(of(1), of(3))).toEqual([[1, 2], [Infinity, 4]]);
    const none = (n: number): Histogram => ({ buckets: [[1, n], [null, 2 * n]], count: 2 * n, sum: 0 });
    expect(difference(none(1), none(3))).toEqual([[1, 2], [Infinity, 4]]);
  });
  it('is unknown after a restart, with other bounds, or without one of the two', () => {
    expect(difference(histogram(5, 5, 5, 5), histogram(1, 1, 1, 1))).toBeNull();
    expect(difference(histogram(5, 1, 1, 1), histogram(1, 9, 9, 9))).toBeNull();
    expect(difference(histogram(1, 1, 1, 5), histogram(1, 1, 1, 3))).toBeNull();
    expect(difference(undefined, histogram(1, 1, 1, 1))).toBeNull();
    expect(difference({ buckets: [[2, 0]], count: 0, sum: 0 }, { buckets: [[3, 1]], count: 1, sum: 0 })).toBeNull();
  });
});

describe('percentile', () => {
  const buckets: [number, number][] = [[0.001, 50], [0.01, 90], [0.1, 99], [Infinity, 100]];
  it('is linear within the bucket', () => {
    expect(percentile(buckets, 0.5)).toBeCloseTo(0.001);
    expect(percentile(buckets, 0.25)).toBeCloseTo(0.0005);
    expect(percentile(buckets, 0.7)).toBeCloseTo(0.001 + 0.009 / 2);
    expect(percentile(buckets, 0.99)).toBeCloseTo(0.1);
  });
  it('gives the last bound for what lies above it', () => {
    expect(percentile(buckets, 0.999)).toBe(0.1);
  });
  it('passes over empty buckets', () => {
    expect(percentile([[1, 0], [2, 0], [4, 10], [Infinity, 10]], 0.5)).toBe(3);
  });
  it('is unknown without observations', () => {
    expect(percentile([[1, 0], [Infinity, 0]], 0.5)).toBeNull();
    expect(percentile([], 0.5)).toBeNull();
    expect(percentile(null, 0.5)).toBeNull();
  });
});

describe('samples', () => {
  it('keeps the newest 120', () => {
    let all: Sample[] = [];
    for (let i = 0; i < kept + 7; i++) all = keep(all, sample(i));
    expect(all).toHaveLength(kept);
    expect(all[0]!.at).toBe(7);
    expect(all[kept - 1]!.at).toBe(kept + 6);
  });
  it('begins again after a restart of the server', () => {
    const all = keep(keep([], sample(1)), sample(2, { start: '2026-01-02T00:00:00Z' }));
    expect(all.map((one) => one.at)).toEqual([2]);
  });
  it('computes rates by the second', () => {
    const of = (state: ServerState) => state.messages;
    expect(rate(sample(0, { messages: 100 }), sample(5000, { messages: 150 }), of)).toBe(10);
    expect(rate(sample(0, { messages: 100 }), sample(5000, { messages: 50 }), of)).toBeNull();
    expect(rate(sample(0), sample(5000, { messages: 50 }), of)).toBeNull();
    expect(rate(sample(5000, { messages: 1 }), sample(5000, { messages: 2 }), of)).toBeNull();
  });
  it('makes lines as long as the samples', () => {
    const all = [sample(0, { messages: 0, memory: 7 }), sample(1000, { messages: 3 }), sample(2000, { messages: 9, memory: 8 })];
    expect(gauge(all, (state) => state.memory)).toEqual([7, null, 8]);
    expect(between(all, (a, b) => rate(a, b, (state) => state.messages))).toEqual([null, 3, 6]);
  });
  it('computes percentiles over the last six samples', () => {
    const all = Array.from({ length: 9 }, (_, i) => sample(i * 5000, { post: histogram(0, i < 3 ? 0 : 10, i < 3 ? 0 : 10, i < 3 ? 0 : 10) }));
    const line = percentiles(all, (state) => state.post, 0.5);
    expect(line.slice(0, 3)).toEqual([null, null, null]);
    expect(line[3]).toBeCloseTo(0.0055);
    expect(line[8]).toBeCloseTo(0.0055);
    expect(percentiles([...all, sample(45_000, { post: histogram(0, 10, 10, 10) })], (state) => state.post, 0.5)[9]).toBeNull();
  });
  it('sums what is counted by kind', () => {
    expect(sum({ websocket: 3, sse: 1 })).toBe(4);
    expect(sum({})).toBe(0);
    expect(sum(undefined)).toBeNull();
  });
});

describe('lines', () => {
  it('stand on 0 and end at the right', () => {
    expect(path([0, 5, 10], 10, 119, 40)).toBe('M117.0 40.0L118.0 20.0L119.0 0.0');
  });
  it('have a gap where a value is missing', () => {
    expect(path([1, null, 1, 1], 1, 3, 10, 4)).toBe('M0.0 0.0M2.0 0.0L3.0 0.0');
  });
  it('have a round top', () => {
    expect([0, 0.3, 1, 1.1, 2, 4, 7, 14203].map(roundUp)).toEqual([1, 0.5, 1, 2, 2, 5, 10, 20000]);
  });
});
