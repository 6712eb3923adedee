import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Retention} from '../../lib/types';
import {useDraft} from '../../parts/draft';
import {FormError} from '../../parts/FormError';
import {useLoad} from '../../parts/load';
import {at, problem, rest, type Problem} from '../../parts/problem';
import {say, showToast} from '../../state/announce';
import * as apps from '../../state/apps';
import {Button, Failed, Field, NumberInput, Section, Skeleton} from '../../ui';

/** How long messages stay. An empty field is as the server is configured; 0 is for ever. */
export function RetentionSection({ id }: { id: number }) {
  const asked = useLoad(id, () => apps.retention(id));
  if (asked.failed?.status === 404) return null; // Gotify has no such thing
  return (
    <Section title={t('applications.keep')} hint={t('applications.keep_hint')}>
      {asked.failed ? <Failed text={problem(asked.failed).text} onRetry={asked.reload} /> : null}
      {asked.value ? <Form id={id} now={asked.value} onSaved={asked.set} /> : asked.failed ? null : <Skeleton rows={1} />}
    </Section>
  );
}

const within = (n: number | null, most: number) => n === null || (Number.isInteger(n) && n >= 0 && n <= most);

/** The limits are the server's; its own text would name a field of JSON. */
function check(own: Retention['own']): Problem | null {
  if (!within(own.days, 36_500)) return {field: 'days', text: t('applications.days_range')};
  return within(own.count, 1_000_000_000) ? null : {field: 'count', text: t('applications.count_range')};
}

function days(n: number): string {
  return n ? t('applications.days', { n }) : t('applications.for_ever');
}

function count(n: number): string {
  return n ? t('applications.count', { n }) : t('applications.all_of_them');
}

function Form({ id, now, onSaved }: { id: number; now: Retention; onSaved: (next: Retention) => void }) {
  const draft = useDraft<Retention['own']>(`applications/${id}/retention`, now.own);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const own = draft.value;
  const save = async () => {
    const found = check(own);
    if (found) return setWrong(found);
    setBusy(true);
    setWrong(null);
    const done = await apps.setRetention(id, own);
    setBusy(false);
    if (!done.ok) return setWrong(problem(done));
    draft.clear();
    onSaved(done.value);
    say(t('pages.saved'));
    return showToast(t('pages.saved'), undefined, 2500);
  };
  const daysHint = own.days === null ? (now.own.days === null ? t('applications.as_server', { what: days(now.days) }) : t('applications.as_server_plain')) : days(own.days);
  const countHint = own.count === null ? (now.own.count === null ? t('applications.as_server', { what: count(now.count) }) : t('applications.as_server_plain')) : count(own.count);
  return (
    <form
      class="panel form"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="form-pair">
        <Field label={t('applications.keep_days')} hint={daysHint} error={at(wrong, 'days')}>
          <NumberInput value={own.days} onInput={value => draft.set({ days: value })} min={0} max={36500} step={1} />
        </Field>
        <Field label={t('applications.keep_count')} hint={countHint} error={at(wrong, 'count')}>
          <NumberInput value={own.count} onInput={value => draft.set({ count: value })} min={0} max={1000000000} step={1} />
        </Field>
      </div>
      <FormError text={rest(wrong, 'days', 'count')} />
      <div class="form-actions">
        {draft.dirty ? <Button onClick={draft.clear}>{t('pages.discard')}</Button> : null}
        <Button type="submit" kind="primary" busy={busy} disabled={!draft.dirty}>
          {t('pages.save')}
        </Button>
      </div>
    </form>
  );
}
