import '../../styles/pages/index.css';
import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import {now} from '../../lib/time';
import {problem} from '../../parts/problem';
import {Page} from '../../shell/Page';
import {Button, Empty, Failed, Section, Skeleton} from '../../ui';
import {ChartCard} from './chart';
import {known} from './charts';
import {lasted} from './format';
import {Details} from './details';
import {samples, usePolling} from './poll';
import {Numbers} from './table';

export default function ServerPage() {
  const { failed, retry } = usePolling();
  const [table, setTable] = useState(false);
  const all = samples.value;
  const newest = all[all.length - 1];
  if (failed?.status === 404) {
    return (
      <Page title={t('server.title')}>
        <Empty title={t('server.missing')} icon="server">
          <p>{t('server.missing_more')}</p>
        </Empty>
      </Page>
    );
  }
  if (!newest) return <Page title={t('server.title')}>{failed ? <Failed text={problem(failed).text} onRetry={retry} /> : <Skeleton />}</Page>;
  const toggle = (
    <Button small onClick={() => setTable(!table)}>
      {table ? t('server.show_lines') : t('server.show_numbers')}
    </Button>
  );
  return (
    <Page title={t('server.title')} wide actions={toggle}>
      {failed ? <Failed text={t('server.stale', { span: lasted(Date.now() - newest.at) })} onRetry={retry} /> : null}
      <div class={`server${failed ? ' stale' : ''}`}>
        <p class="page-hint">
          {failed ? null : <span class="dot on" aria-hidden="true" />}
          {t('server.up', { span: lasted(Math.max(now.value, newest.at) - Date.parse(newest.state.start)) })}
          <span class="muted"> · {newest.state.version}{newest.state.dialect ? ` · ${newest.state.dialect}` : ''}</span>
        </p>
        <Section title={t('server.now')} hint={t('server.now_hint')}>
          {table ? <Numbers samples={all} /> : (
            <div class="charts">
              {known(all).map(chart => (
                <ChartCard key={chart.id} chart={chart} samples={all} />
              ))}
            </div>
          )}
        </Section>
        <Details state={newest.state} />
      </div>
    </Page>
  );
}
