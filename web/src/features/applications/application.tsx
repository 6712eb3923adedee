import {useRef, useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Application} from '../../lib/types';
import {Confirm} from '../../parts/Confirm';
import {useDraft} from '../../parts/draft';
import {FormError} from '../../parts/FormError';
import {useLoad} from '../../parts/load';
import {at, problem, rest, type Problem} from '../../parts/problem';
import {Page} from '../../shell/Page';
import {say, showToast} from '../../state/announce';
import * as apps from '../../state/apps';
import {prefs} from '../../state/prefs';
import {go, route} from '../../state/route';
import {Button, Card, Empty, Failed, Field, NumberInput, Section, SettingRow, Skeleton, Switch, TextArea, TextInput} from '../../ui';
import {setMuted} from './list';
import {PictureSection} from './picture-section';
import {RetentionSection} from './retention';
import {TokenSection} from './token';

export default function ApplicationPage() {
  const id = Number(route.value.id);
  const app = apps.appById.value.get(id);
  const asked = useLoad(id, apps.refresh);
  const back = { href: '#/applications', label: t('applications.title') };
  if (app) return <Edit key={app.id} app={app} />;
  let body;
  if (asked.failed) body = <Failed text={problem(asked.failed).text} onRetry={asked.reload} />;
  else if (!asked.value) body = <Skeleton />;
  else body = <Empty title={t('applications.gone')} icon="apps" />;
  return (
    <Page title={t('applications.one')} back={back}>
      {body}
    </Page>
  );
}

function Edit({ app }: { app: Application }) {
  const muted = prefs.value.muted.includes(app.id);
  return (
    <Page title={app.name} back={{ href: '#/applications', label: t('applications.title') }}>
      <div class="sections">
        <Details app={app} />
        <PictureSection app={app} />
        <Section title={t('applications.here')}>
          <Card>
            <SettingRow label={t('applications.mute')} hint={t('applications.mute_hint')}>
              <Switch checked={muted} onChange={on => setMuted(app.id, on)} />
            </SettingRow>
          </Card>
        </Section>
        <RetentionSection id={app.id} />
        <TokenSection app={app} />
        <Remove app={app} />
      </div>
    </Page>
  );
}

/** What a priority does on the devices, in words. */
export function effect(priority: number | null): string {
  if (priority === null) return t('applications.priority_missing');
  if (priority <= 0) return t('applications.priority_none');
  if (priority <= 3) return t('applications.priority_low');
  return priority <= 7 ? t('applications.priority_normal') : t('applications.priority_high');
}

function Details({ app }: { app: Application }) {
  const saved = { name: app.name, description: app.description, priority: app.defaultPriority as number | null };
  const draft = useDraft(`applications/${app.id}`, saved);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const priorityError = useRef<string | null>(null);
  const { name, description, priority } = draft.value;
  priorityError.current = priority === null || !Number.isInteger(priority) || (priority !== app.defaultPriority && (priority < 0 || priority > 10))
    ? t('applications.priority_range') : null;
  const save = async () => {
    if (!name.trim()) return setWrong({ field: 'name', text: t('pages.name_missing') });
    if (priorityError.current || priority === null) return;
    setBusy(true);
    setWrong(null);
    const done = await apps.update(app.id, { name: name.trim(), description, defaultPriority: priority });
    setBusy(false);
    if (!done.ok) return setWrong(problem(done));
    draft.clear();
    say(t('pages.saved'));
    return showToast(t('pages.saved'), undefined, 2500);
  };
  return (
    <Section title={t('applications.details')}>
      <form
        class="panel form"
        noValidate
        onSubmit={event => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label={t('applications.name')} error={at(wrong, 'name')}>
          <TextInput value={name} onInput={value => draft.set({ name: value })} maxLength={1024} autocomplete="off" />
        </Field>
        <Field label={t('applications.description')}>
          <TextArea value={description} onInput={value => draft.set({ description: value })} rows={2} />
        </Field>
        <Field label={t('applications.priority')} hint={effect(priority)} error={priorityError.current}>
          <NumberInput value={priority} onInput={value => draft.set({ priority: value })} min={0} max={10} step={1} />
        </Field>
        <FormError text={rest(wrong, 'name')} />
        <div class="form-actions">
          {draft.dirty ? <Button onClick={draft.clear}>{t('pages.discard')}</Button> : null}
          <Button type="submit" kind="primary" busy={busy} disabled={!draft.dirty}>
            {t('pages.save')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Remove({ app }: { app: Application }) {
  const [open, setOpen] = useState(false);
  const remove = async (): Promise<Problem | null> => {
    const done = await apps.remove(app.id);
    if (!done.ok) return problem(done);
    showToast(t('applications.removed', { name: app.name }));
    go('#/applications', true);
    return null;
  };
  return (
    <Section title={t('applications.remove')} hint={app.internal ? t('applications.internal_stays') : t('applications.remove_hint')}>
      <div class="row">
        <Button kind="danger" icon="trash" disabled={app.internal} onClick={() => setOpen(true)}>
          {t('applications.remove')}
        </Button>
      </div>
      {open ? (
        <Confirm title={t('applications.remove_title', { name: app.name })} action={t('applications.remove')} typed={app.name} run={remove} onClose={() => setOpen(false)}>
          <p>{t('applications.remove_ask')}</p>
        </Confirm>
      ) : null}
    </Section>
  );
}
