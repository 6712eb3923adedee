import '../../styles/pages/index.css';
import {signal} from '@preact/signals';
import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Application} from '../../lib/types';
import {here} from '../../lib/url';
import {DeviceTest} from '../../parts/DeviceTest';
import {useDraft} from '../../parts/draft';
import {FormError} from '../../parts/FormError';
import {at, problem, rest, type Problem} from '../../parts/problem';
import {CodeBox, TokenBox} from '../../parts/TokenBox';
import {bind} from '../../shell/keys';
import {Page} from '../../shell/Page';
import {say} from '../../state/announce';
import * as apps from '../../state/apps';
import {go} from '../../state/route';
import {onLeave} from '../../state/session';
import {Button, copyText, Field, Tabs, TextInput} from '../../ui';
import {curl, kumaUrl, python, shell, webhook, webhookBody, type Sender} from './snippets';

/** The new application with its token, until Done: it may be that nobody can read the token again. Only in memory. */
const created = signal<Application | null>(null);
onLeave(() => {
  created.value = null;
});

export default function AddSenderPage() {
  const app = created.value;
  return (
    <Page title={t('sender.title')} back={{ href: '#/applications', label: t('applications.title') }}>
      <ol class="steps">
        <Step n={1} title={t('sender.name_title')} done={app !== null}>
          {app ? <p class="step-done">{app.name}</p> : <NameForm />}
        </Step>
        {app ? <Created app={app} /> : null}
      </ol>
    </Page>
  );
}

function Step({ n, title, done, children }: { n: number; title: string; done?: boolean; children: preact.ComponentChildren }) {
  return (
    <li class={`step${done ? ' done' : ''}`}>
      <span class="step-number" aria-hidden="true">
        {n}
      </span>
      <div class="step-body">
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  );
}

function NameForm() {
  const draft = useDraft('applications/new', { name: '' });
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const input = useRef<HTMLInputElement>(null);
  // After the heading, which a new page focuses.
  useEffect(() => {
    const turn = setTimeout(() => input.current?.focus(), 0);
    return () => clearTimeout(turn);
  }, []);
  const create = async () => {
    const name = draft.value.name.trim();
    if (!name) return setWrong({ field: 'name', text: t('pages.name_missing') });
    setBusy(true);
    setWrong(null);
    const done = await apps.create({ name, description: '', defaultPriority: 5 });
    setBusy(false);
    if (!done.ok) return setWrong(problem(done));
    draft.clear();
    created.value = done.value;
    return say(t('sender.created', { name }));
  };
  return (
    <form
      class="stack"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void create();
      }}
    >
      <div class="name-form">
        <Field label={t('applications.name')} hint={t('sender.name_hint')} error={at(wrong, 'name')}>
          <TextInput ref={input} value={draft.value.name} onInput={name => draft.set({ name })} maxLength={1024} autocomplete="off" placeholder="backup" />
        </Field>
        <Button type="submit" kind="primary" busy={busy}>
          {t('sender.create')}
        </Button>
      </div>
      <FormError text={rest(wrong, 'name')} />
    </form>
  );
}

const kinds = ['curl', 'shell', 'python', 'kuma', 'webhook'] as const;
type Kind = (typeof kinds)[number];

function main(kind: Kind, sender: Sender): string {
  return { curl, shell, python, kuma: kumaUrl, webhook }[kind](sender);
}

function Created({ app }: { app: Application }) {
  const [kind, setKind] = useState<Kind>('curl');
  const run = useRef<(() => void) | null>(null);
  const first = useRef<HTMLDivElement>(null);
  const sender: Sender = { url: here(), token: app.token ?? '', name: app.name };
  const text = main(kind, sender);
  const copy = async () => {
    if (await copyText(text)) say(t('sender.copied'));
  };
  useEffect(() => bind('add-sender', { c: () => void copy(), t: () => run.current?.() }), [text]);
  useEffect(() => first.current?.focus(), []);
  const listed = Boolean(apps.appById.value.get(app.id)?.token);
  const done = () => {
    created.value = null;
    go(`#/applications/${app.id}`);
  };
  return (
    <>
      <Step n={2} title={t('sender.token_title')} done>
        <div class="stack" ref={first} tabIndex={-1}>
          <TokenBox token={sender.token} label={t('applications.token')} />
          <p class="small muted">{listed ? t('sender.token_listed') : t('applications.token_once')}</p>
        </div>
      </Step>
      <Step n={3} title={t('sender.use_title')}>
        <Tabs
          tabs={kinds.map(id => ({ id, label: t(`sender.${id}`) }))}
          selected={kind}
          onSelect={setKind}
          label={t('sender.use_title')}
        >
          <Example kind={kind} text={text} sender={sender} />
        </Tabs>
      </Step>
      <Step n={4} title={t('sender.test_title')}>
        <p class="muted">{t('sender.test_hint')}</p>
        <DeviceTest appid={app.id} run={run} />
      </Step>
      <li class="step-end">
        <Button kind="primary" onClick={done}>
          {t('pages.done')}
        </Button>
      </li>
    </>
  );
}

function Example({ kind, text, sender }: { kind: Kind; text: string; sender: Sender }) {
  if (kind === 'kuma') {
    return (
      <div class="stack">
        <p>{t('sender.kuma_how')}</p>
        <dl class="facts">
          <dt>{t('sender.kuma_token')}</dt>
          <dd>
            <CodeBox text={sender.token} label={t('sender.kuma_token')} />
          </dd>
          <dt>{t('sender.kuma_url')}</dt>
          <dd>
            <CodeBox text={text} label={t('sender.kuma_url')} />
          </dd>
        </dl>
      </div>
    );
  }
  if (kind === 'webhook') {
    return (
      <div class="stack">
        <p>{t('sender.webhook_how')}</p>
        <CodeBox text={text} label={t('sender.webhook')} />
        <p>{t('sender.webhook_body')}</p>
        <CodeBox text={webhookBody} label={t('sender.webhook_body')} />
        <p class="small muted">{t('sender.webhook_note')}</p>
      </div>
    );
  }
  return (
    <div class="stack">
      <p class="small muted">{kind === 'python' ? t('sender.python_note') : kind === 'shell' ? t('sender.shell_note') : t('sender.curl_note')}</p>
      <CodeBox text={text} label={t(`sender.${kind}`)} />
    </div>
  );
}
