import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Application} from '../../lib/types';
import {Confirm} from '../../parts/Confirm';
import {DeviceTest} from '../../parts/DeviceTest';
import {problem, type Problem} from '../../parts/problem';
import {TokenBox} from '../../parts/TokenBox';
import {bind} from '../../shell/keys';
import * as apps from '../../state/apps';
import {Button, Card, Section} from '../../ui';

export function TokenSection({ app }: { app: Application }) {
  const [fresh, setFresh] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const run = useRef<(() => void) | null>(null);
  useEffect(() => bind('application', { t: () => run.current?.() }), []);
  const renew = async (): Promise<Problem | null> => {
    const done = await apps.regenerate(app.id);
    if (!done.ok) return problem(done);
    setFresh(done.value.token ?? '');
    return null;
  };
  return (
    <Section title={t('applications.token')} hint={t('applications.token_hint')}>
      <Card class="form">
        <Shown app={app} fresh={fresh} onDone={() => setFresh(null)} />
        <DeviceTest appid={app.id} run={run}>
          <Button icon="key" onClick={() => setAsking(true)}>
            {t('applications.token_new')}
          </Button>
        </DeviceTest>
      </Card>
      {asking ? (
        <Confirm title={t('applications.token_new')} action={t('applications.token_new')} run={renew} onClose={() => setAsking(false)}>
          <p>{t('applications.token_ask', { name: app.name })}</p>
        </Confirm>
      ) : null}
    </Section>
  );
}

/** A server with compat: v3 lists no tokens; a new one can be read until Done. */
function Shown({ app, fresh, onDone }: { app: Application; fresh: string | null; onDone: () => void }) {
  if (fresh) {
    return (
      <div class="stack">
        <TokenBox token={fresh} label={t('applications.token')} />
        <div class="row">
          <p class="small muted grow">{app.token ? t('applications.token_fresh') : t('applications.token_once')}</p>
          <Button small onClick={onDone}>
            {t('pages.done')}
          </Button>
        </div>
      </div>
    );
  }
  if (app.token) return <TokenBox token={app.token} label={t('applications.token')} hidden />;
  return <p class="muted">{t('applications.token_unlisted')}</p>;
}
