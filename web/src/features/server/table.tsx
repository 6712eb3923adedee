import {lang, t} from '../../i18n';
import {known} from './charts';
import {last, type Line, type Sample} from './samples';

const shown = 12;

function highest(line: Line): number | null {
  const values = line.filter((value): value is number => value !== null);
  return values.length ? Math.max(...values) : null;
}

/** The lines as numbers: now and the highest of the last ten minutes, then the last minute. */
export function Numbers({ samples }: { samples: readonly Sample[] }) {
  const times = samples.slice(-shown);
  const clock = new Intl.DateTimeFormat(lang.value, { timeStyle: 'medium' });
  const all = known(samples).flatMap(chart => chart.series.map(one => ({ chart, title: chart.series.length > 1 ? `${t(chart.title)}, ${t(one.label)}` : t(chart.title), line: one.line(samples) })));
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={t('server.numbers')}>
      <table class="numbers">
        <caption class="visually-hidden">{t('server.numbers')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('server.what')}</th>
            <th scope="col">{t('server.last')}</th>
            <th scope="col">{t('server.highest')}</th>
            {[...times].reverse().map(one => (
              <th scope="col" key={one.at}>
                {clock.format(one.at)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map(({ chart, title, line }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{chart.format(last(line))}</td>
              <td>{chart.format(highest(line))}</td>
              {line
                .slice(-shown)
                .reverse()
                .map((value, i) => (
                  <td key={i}>{chart.format(value)}</td>
                ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
