import '../../styles/pages/index.css';
import {useEffect} from 'preact/hooks';
import {t} from '../../i18n';
import {problem} from '../../parts/problem';
import {useLoad} from '../../parts/load';
import {bind} from '../../shell/keys';
import {Page} from '../../shell/Page';
import * as apps from '../../state/apps';
import {go, route} from '../../state/route';
import {Empty, Failed, Icon, Skeleton} from '../../ui';
import ApplicationPage from './application';
import {List} from './list';

export {default as ApplicationPage} from './application';

export default function ApplicationsPage() {
  const { id } = route.value;
  return id ? <ApplicationPage key={id} /> : <Overview />;
}

function AddLink() {
  return (
    <a class="button primary" href="#/applications/new">
      <Icon name="plus" size={18} />
      <span class="button-text">{t('applications.add')}</span>
    </a>
  );
}

function Overview() {
  const asked = useLoad('', apps.refresh);
  useEffect(() => bind('applications', { n: () => go('#/applications/new') }), []);
  const all = apps.apps.value;
  let body;
  if (all.length) body = <List all={all} />;
  else if (asked.failed) body = <Failed text={problem(asked.failed).text} onRetry={asked.reload} />;
  else if (!asked.value && !apps.loaded.value) body = <Skeleton />;
  else {
    body = (
      <Empty title={t('applications.none')} icon="apps">
        <p>{t('applications.none_more')}</p>
        <AddLink />
      </Empty>
    );
  }
  return (
    <Page title={t('applications.title')} actions={all.length ? <AddLink /> : undefined}>
      {all.length ? <p class="page-hint">{t('applications.hint')} <span class="wide-only">{t('applications.hint_keys')}</span></p> : null}
      {body}
    </Page>
  );
}
