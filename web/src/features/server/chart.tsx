import {t} from '../../i18n';
import type {Chart} from './charts';
import {last, path, roundUp, type Line, type Sample} from './samples';

const width = 240;
const height = 56;

/** The same line, closed down to 0. */
function area(line: Line, top: number): string {
  const whole = line.every((value, i) => value !== null || line.slice(0, i).every(one => one === null));
  const data = path(line, top, width, height);
  if (!whole || !data) return '';
  const first = /^M([\d.]+)/.exec(data)?.[1] ?? '0';
  return `${data}L${width} ${height}L${first} ${height}Z`;
}

/** The last value in figures and the last ten minutes as a line from 0. */
export function ChartCard({ chart, samples }: { chart: Chart; samples: readonly Sample[] }) {
  const lines = chart.series.map(one => ({ label: t(one.label), line: one.line(samples) }));
  const highest = Math.max(0, ...lines.flatMap(({ line }) => line.map(value => value ?? 0)));
  const top = roundUp(highest);
  const limit = chart.limit?.(samples[samples.length - 1]!);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{t(chart.title)}</span>
        <span class="chart-values">
          {lines.map(({ label, line }, i) => (
            <span key={label} class={`chart-value v${i}`}>
              {lines.length > 1 ? <span class="chart-label">{label} </span> : null}
              {chart.format(last(line))}
              {limit ? <span class="chart-label"> / {chart.format(limit)}</span> : null}
            </span>
          ))}
        </span>
      </figcaption>
      <svg class="chart-lines" viewBox={`0 -2 ${width} ${height + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="chart-zero" d={`M0 ${height}H${width}`} />
        {lines.length === 1 ? <path class="chart-area" d={area(lines[0]!.line, top)} /> : null}
        {lines.map(({ label, line }, i) => (
          <path key={label} class={`chart-line v${i}`} d={path(line, top, width, height)} />
        ))}
      </svg>
      {highest > 0 ? (
        <span class="chart-top" aria-hidden="true">
          {chart.format(top)}
        </span>
      ) : null}
    </figure>
  );
}
