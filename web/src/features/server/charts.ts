// What the page draws: one entry a card. The table shows the same lines as numbers.
import type {Key} from '../../i18n';
import {bytes, count, duration, perSecond} from './format';
import {between, gauge, percentiles, rate, sum, type Line, type Sample} from './samples';

export interface Series { label: Key; line: (samples: readonly Sample[]) => Line }
export interface Chart {
  id: string;
  title: Key;
  format: (value: number | null) => string;
  series: Series[];
  /** What cannot be passed: written beside the value. */
  limit?: (sample: Sample) => number | undefined;
}

const per = (of: (state: Sample['state']) => number | undefined) => (all: readonly Sample[]) => between(all, (a, b) => rate(a, b, of));

export const charts: Chart[] = [
  { id: 'connections', title: 'server.connections', format: count, series: [{ label: 'server.connections', line: all => gauge(all, s => sum(s.connections)) }] },
  { id: 'messages', title: 'server.messages', format: perSecond, series: [{ label: 'server.messages', line: per(s => s.messages) }] },
  { id: 'deliveries', title: 'server.deliveries', format: perSecond, series: [{ label: 'server.deliveries', line: per(s => s.deliveries) }] },
  {
    id: 'post', title: 'server.post', format: duration,
    series: [{ label: 'server.p50', line: all => percentiles(all, s => s.post, 0.5) }, { label: 'server.p99', line: all => percentiles(all, s => s.post, 0.99) }],
  },
  {
    id: 'delivery', title: 'server.delivery', format: duration,
    series: [{ label: 'server.p50', line: all => percentiles(all, s => s.delivery, 0.5) }, { label: 'server.p99', line: all => percentiles(all, s => s.delivery, 0.99) }],
  },
  {
    id: 'queue', title: 'server.queue', format: count, limit: one => one.state.queue?.limit,
    series: [{ label: 'server.queue', line: all => gauge(all, s => s.queue?.used) }],
  },
  { id: 'memory', title: 'server.memory', format: bytes, series: [{ label: 'server.memory', line: all => gauge(all, s => s.memory) }] },
  {
    id: 'database', title: 'server.database', format: bytes,
    series: [{ label: 'server.file', line: all => gauge(all, s => s.database) }, { label: 'server.wal', line: all => gauge(all, s => s.wal) }],
  },
  {
    id: 'push', title: 'server.push', format: count, limit: one => one.state.push?.limit,
    series: [{ label: 'server.push', line: all => gauge(all, s => s.push?.queue) }],
  },
];

/** Those that the server says anything about. */
export function known(samples: readonly Sample[]): Chart[] {
  return charts.filter(chart => chart.series.some(one => one.line(samples).some(value => value !== null)) || isExpected(chart, samples));
}

/** Rates and percentiles need two answers, so a server that counts them shows an empty card at first. */
function isExpected(chart: Chart, samples: readonly Sample[]): boolean {
  const state = samples[samples.length - 1]?.state;
  if (!state) return false;
  const has: Record<string, unknown> = { messages: state.messages, deliveries: state.deliveries, post: state.post, delivery: state.delivery };
  return has[chart.id] !== undefined;
}
