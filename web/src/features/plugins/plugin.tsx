import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {PluginConf} from '../../lib/types';
import {here, isSafeLink, linkify} from '../../lib/url';
import {FormError} from '../../parts/FormError';
import {useLoad} from '../../parts/load';
import {problem} from '../../parts/problem';
import {CodeBox} from '../../parts/TokenBox';
import {Page} from '../../shell/Page';
import {say, showToast} from '../../state/announce';
import {request} from '../../state/session';
import {Button, Card, Failed, Field, Section, SettingRow, Skeleton, Switch, TextArea} from '../../ui';

export function PluginPage({ plugin, onChanged }: { plugin: PluginConf; onChanged: () => void }) {
  const can = (what: string) => plugin.capabilities?.includes(what) ?? false;
  return (
    <Page title={plugin.name} back={{ href: '#/plugins', label: t('plugins.title') }}>
      <div class="sections">
        <About plugin={plugin} onChanged={onChanged} />
        {can('displayer') ? <Display id={plugin.id} /> : null}
        {can('configurer') ? <Configuration id={plugin.id} /> : null}
        {can('webhooker') ? (
          <Section title={t('plugins.webhook')} hint={t('plugins.webhook_hint')}>
            <CodeBox text={here(`plugin/${plugin.id}/custom/${plugin.token}/`)} label={t('plugins.webhook')} />
          </Section>
        ) : null}
      </div>
    </Page>
  );
}

function About({ plugin, onChanged }: { plugin: PluginConf; onChanged: () => void }) {
  const [wrong, setWrong] = useState<string | null>(null);
  const turn = async (on: boolean) => {
    setWrong(null);
    const done = await request<void>('POST', `plugin/${plugin.id}/${on ? 'enable' : 'disable'}`);
    if (!done.ok) setWrong(problem(done).text);
    onChanged();
  };
  const facts: [string, string | undefined][] = [
    [t('plugins.author'), plugin.author], [t('plugins.license'), plugin.license], [t('plugins.module'), plugin.modulePath],
  ];
  return (
    <Section title={t('plugins.about')}>
      <Card class="form">
        <SettingRow label={t('plugins.enabled')} hint={t('plugins.enabled_hint')}>
          <Switch checked={plugin.enabled} onChange={turn} />
        </SettingRow>
        <FormError text={wrong} />
        <dl class="facts">
          {facts.filter(([, value]) => value).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {plugin.website ? (
            <div>
              <dt>{t('plugins.website')}</dt>
              <dd>
                {isSafeLink(plugin.website) ? (
                  <a href={plugin.website} target="_blank" rel="noopener noreferrer">
                    {plugin.website}
                  </a>
                ) : (
                  plugin.website
                )}
              </dd>
            </div>
          ) : null}
        </dl>
      </Card>
    </Section>
  );
}

/** What the plugin says of itself; links work, everything else is text. */
function Display({ id }: { id: number }) {
  const asked = useLoad(id, () => request<string>('GET', `plugin/${id}/display`));
  if (asked.value === '') return null;
  return (
    <Section title={t('plugins.display')}>
      {asked.failed ? <Failed text={problem(asked.failed).text} onRetry={asked.reload} /> : null}
      {asked.value ? (
        <p class="panel pre">
          {linkify(String(asked.value)).map(piece =>
            'url' in piece ? (
              <a href={piece.url} target="_blank" rel="noopener noreferrer">
                {piece.url}
              </a>
            ) : (
              piece.text
            ),
          )}
        </p>
      ) : asked.failed ? null : (
        <Skeleton rows={1} />
      )}
    </Section>
  );
}

/** YAML that is JSON, too, has been parsed on its way here. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

function Configuration({ id }: { id: number }) {
  const asked = useLoad(id, () => request<string>('GET', `plugin/${id}/config`));
  return (
    <Section title={t('plugins.config')} hint={t('plugins.config_hint')}>
      {asked.failed ? <Failed text={problem(asked.failed).text} onRetry={asked.reload} /> : null}
      {asked.value === null ? asked.failed ? null : <Skeleton rows={1} /> : <ConfigForm id={id} saved={asText(asked.value)} onSaved={asked.set} />}
    </Section>
  );
}

/** A configuration may hold passwords, so what is typed is kept in memory only. */
function ConfigForm({ id, saved, onSaved }: { id: number; saved: string; onSaved: (text: string) => void }) {
  const [text, setText] = useState(saved);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const save = async () => {
    setBusy(true);
    setWrong(null);
    const done = await request<void>('POST', `plugin/${id}/config`, { body: text, headers: { 'Content-Type': 'application/x-yaml' } });
    setBusy(false);
    if (!done.ok) return setWrong(problem(done).text);
    onSaved(text);
    say(t('pages.saved'));
    return showToast(t('pages.saved'), undefined, 2500);
  };
  return (
    <form
      class="panel form"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={t('plugins.yaml')} error={wrong}>
        <TextArea class="mono" value={text} onInput={setText} rows={12} spellcheck={false} autocapitalize="off" />
      </Field>
      <div class="form-actions">
        <Button type="submit" kind="primary" busy={busy} disabled={text === saved}>
          {t('pages.save')}
        </Button>
      </div>
    </form>
  );
}
