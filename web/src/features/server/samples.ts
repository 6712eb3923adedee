// What GET /admin/server answers, and what the page computes from two answers. Counters and buckets count since the
// start of the server, so a rate or a percentile is the difference of two answers; after a restart there is none.

export type Bucket = [le: number | string | null, count: number];
export interface Histogram { buckets: Bucket[]; count: number; sum: number }
export interface NodeState { name: string; self?: boolean; state: string; applied?: number; behind?: number }
export interface ServerState {
  version: string;
  commit?: string;
  start: string;
  dialect?: string;
  nodes?: NodeState[];
  connections?: Record<string, number>;
  users?: number;
  queue?: { used: number; limit: number };
  messages?: number;
  deliveries?: number;
  memory?: number;
  database?: number;
  wal?: number;
  closes?: Record<string, number>;
  push?: { queue: number; limit: number; sent: number; failed: number };
  post?: Histogram;
  delivery?: Histogram;
}
export interface Sample { at: number; state: ServerState }

export const kept = 120;

export function keep(samples: readonly Sample[], next: Sample): Sample[] {
  const own = samples.length && samples[samples.length - 1]!.state.start !== next.state.start ? [] : samples;
  return [...own.slice(Math.max(0, own.length - kept + 1)), next];
}

export function sum(counts: Record<string, number> | undefined): number | null {
  return counts ? Object.values(counts).reduce((all, count) => all + count, 0) : null;
}

/** What a counter grew by a second, or null where that cannot be known. */
export function rate(before: Sample, after: Sample, of: (state: ServerState) => number | undefined): number | null {
  const from = of(before.state);
  const to = of(after.state);
  const seconds = (after.at - before.at) / 1000;
  if (from === undefined || to === undefined || seconds <= 0 || to < from) return null;
  return (to - from) / seconds;
}

function upper(le: Bucket[0]): number {
  if (le === null) return Infinity;
  return typeof le === 'number' ? le : /inf/i.test(le) ? Infinity : Number(le);
}

/** The cumulative buckets of what happened between two answers, or null if one of them is of another run. */
export function difference(before: Histogram | undefined, after: Histogram | undefined): [number, number][] | null {
  if (!before || !after || before.buckets.length !== after.buckets.length || after.count < before.count) return null;
  const grown: [number, number][] = [];
  for (let i = 0; i < after.buckets.length; i++) {
    const le = upper(after.buckets[i]![0]);
    const count = after.buckets[i]![1] - before.buckets[i]![1];
    if (le !== upper(before.buckets[i]![0]) || Number.isNaN(le) || count < 0) return null;
    grown.push([le, count]);
  }
  if (!grown.length || grown[grown.length - 1]![0] !== Infinity) grown.push([Infinity, after.count - before.count]);
  return grown;
}

/**
 * The value below which the share `q` of the observations lies, as Prometheus computes it: linear within a bucket.
 * What lies above the last bound is given as that bound. Null without observations.
 */
export function percentile(buckets: readonly [number, number][] | null, q: number): number | null {
  if (!buckets?.length) return null;
  const total = buckets[buckets.length - 1]![1];
  if (total <= 0) return null;
  const rank = q * total;
  let from = 0;
  let below = 0;
  for (const [le, count] of buckets) {
    if (count >= rank && count > below) {
      return le === Infinity ? from : from + ((le - from) * (rank - below)) / (count - below);
    }
    if (le !== Infinity) from = le;
    below = count;
  }
  return from;
}

export type Line = (number | null)[];

/** One value for each sample: a gauge. */
export function gauge(samples: readonly Sample[], of: (state: ServerState) => number | null | undefined): Line {
  return samples.map((sample) => of(sample.state) ?? null);
}

/** One value for each pair of neighbours; the first sample has none. */
export function between(samples: readonly Sample[], of: (before: Sample, after: Sample) => number | null): Line {
  return samples.map((sample, i) => (i ? of(samples[i - 1]!, sample) : null));
}

/** Percentiles over the last six samples (30 s): five seconds of a quiet server are too few observations. */
export function percentiles(samples: readonly Sample[], of: (state: ServerState) => Histogram | undefined, q: number): Line {
  return samples.map((sample, i) => {
    if (!i) return null;
    const before = samples[Math.max(0, i - 6)]!;
    return percentile(difference(of(before.state), of(sample.state)), q);
  });
}

/** The next round number: 1, 2 or 5 times a power of ten. The top of a chart that begins at 0. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 5]) if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

/** SVG path data over `width` x `height`, from 0 at the bottom to `top`; a gap where a value is missing. */
export function path(line: Line, top: number, width: number, height: number, slots = kept): string {
  const step = width / Math.max(1, slots - 1);
  const left = width - (line.length - 1) * step;
  let data = '';
  let drawing = false;
  line.forEach((value, i) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const x = left + i * step;
    const y = height - (Math.min(value, top) / top) * height;
    data += `${drawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    drawing = true;
  });
  return data;
}

export function last(line: Line): number | null {
  for (let i = line.length - 1; i >= 0; i--) if (line[i] !== null) return line[i]!;
  return null;
}
