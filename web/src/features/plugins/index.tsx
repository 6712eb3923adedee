import '../../styles/pages/index.css';
import {t} from '../../i18n';
import type {PluginConf} from '../../lib/types';
import {useLoad} from '../../parts/load';
import {problem} from '../../parts/problem';
import {useRowKeys} from '../../parts/rows';
import {Page} from '../../shell/Page';
import {route} from '../../state/route';
import {request} from '../../state/session';
import {Chip, Empty, Failed, Icon, Skeleton} from '../../ui';
import {PluginPage} from './plugin';

export default function PluginsPage() {
  const asked = useLoad('', () => request<PluginConf[]>('GET', 'plugin'));
  const { id } = route.value;
  if (id && asked.value) {
    const plugin = asked.value.find(one => String(one.id) === id);
    if (plugin) return <PluginPage key={id} plugin={plugin} onChanged={asked.reload} />;
  }
  return <Overview asked={asked} missing={id !== undefined} />;
}

function Overview({ asked, missing }: { asked: ReturnType<typeof useLoad<PluginConf[]>>; missing: boolean }) {
  useRowKeys('plugins');
  let body;
  if (asked.failed) body = <Failed text={problem(asked.failed).text} onRetry={asked.reload} />;
  else if (!asked.value) body = <Skeleton />;
  else if (missing) body = <Empty title={t('plugins.gone')} icon="plug" />;
  else if (!asked.value.length) {
    body = (
      <Empty title={t('plugins.none')} icon="plug">
        <p>{t('plugins.none_more')}</p>
      </Empty>
    );
  } else {
    body = (
      <ul class="list">
        {asked.value.map(one => (
          <li key={one.id} class="list-row" data-list-row>
            <span class="user-mark" aria-hidden="true">
              <Icon name="plug" />
            </span>
            <div class="list-main">
              <p class="list-title">
                <a class="row-link ellipsis" href={`#/plugins/${one.id}`} data-row={one.id}>
                  {one.name}
                </a>
                <Chip tone={one.enabled ? 'good' : 'plain'}>{one.enabled ? t('plugins.on') : t('plugins.off')}</Chip>
              </p>
              <p class="list-more">
                <span class="ellipsis">{one.modulePath}</span>
              </p>
            </div>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <Page title={t('plugins.title')} back={missing ? { href: '#/plugins', label: t('plugins.title') } : undefined}>
      {body}
    </Page>
  );
}
