import '../styles/pages/index.css';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {lang, t} from '../i18n';
import {now, relative} from '../lib/time';
import type {Message, TestAnswer} from '../lib/types';
import {say} from '../state/announce';
import * as devices from '../state/devices';
import {request} from '../state/session';
import {on} from '../state/stream';
import {Button, Icon} from '../ui';
import {FormError} from './FormError';
import {problem} from './problem';
import {rows, type Receipt, type Row} from './receipts';

const patience = 10_000;

type State =
  | { kind: 'idle' }
  | { kind: 'sending' }
  | { kind: 'plain' } // sent, by a server that does not tell who received it
  | { kind: 'failed'; text: string }
  | { kind: 'watching' | 'over'; answer: TestAnswer };

function said(row: Row): string {
  switch (row.state) {
    case 'delivered':
      return t('test.delivered', { ms: Math.max(1, Math.round(row.ms ?? 0)) });
    case 'sent':
      return t('test.sent');
    case 'accepted':
      return t('test.accepted');
    case 'refused':
      return row.why ? t('test.refused_why', { why: row.why }) : t('test.refused');
    case 'silent':
      return t('test.silent');
    case 'offline':
      return row.since ? t('test.offline_since', { when: relative(row.since, now.value, lang.value) }) : t('test.never_seen');
    case 'waiting':
      return t('test.waiting');
  }
}

const icons = { delivered: 'check', sent: 'check', accepted: 'check', refused: 'warn', silent: 'warn', offline: 'close', waiting: 'more' } as const;

function Rows({ found }: { found: Row[] }) {
  return (
    <ul class="test-rows">
      {found.map(row => (
        <li key={row.key} class={`test-row ${row.state}`}>
          <Icon name={icons[row.state]} size={18} />
          <span class="test-name ellipsis">{row.name}</span>
          <span class="test-state">{said(row)}</span>
        </li>
      ))}
    </ul>
  );
}

type Props = { appid: number; run?: { current: (() => void) | null }; children?: ComponentChildren };

/** Sends a test message and shows for ten seconds who receives it. `run` lets a key start it; children are buttons beside its own. */
export function DeviceTest({ appid, run, children }: Props) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const [receipts, setReceipts] = useState<Receipt[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => on('receipt', receipt => setReceipts(all => [...all.slice(-99), receipt])), []);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => setState({ kind: 'idle' }), [appid]);

  const busy = state.kind === 'sending' || state.kind === 'watching';
  const test = async () => {
    if (busy) return;
    clearTimeout(timer.current);
    setState({ kind: 'sending' });
    setReceipts([]);
    void devices.refresh();
    const answer = await request<TestAnswer>('POST', 'message/test', { body: { appid } });
    if (answer.ok) {
      setState({ kind: 'watching', answer: answer.value });
      timer.current = setTimeout(() => setState({ kind: 'over', answer: answer.value }), patience);
    } else if (answer.status === 404) {
      setState(await plain(appid));
    } else {
      setState({ kind: 'failed', text: problem(answer).text });
    }
  };
  if (run) run.current = test;

  const watched = state.kind === 'watching' || state.kind === 'over' ? state : null;
  const found = watched && rows(watched.answer, receipts, devices.devices.value, watched.kind === 'over');
  const over = watched?.kind === 'over';
  useEffect(() => {
    if (over && found) say(t('test.result', { n: found.filter(row => ['delivered', 'sent', 'accepted'].includes(row.state)).length }));
  }, [over]);
  return (
    <div class="test">
      <div class="row">
        <Button icon="send" busy={busy} onClick={test}>
          {t('test.button')}
        </Button>
        {children}
      </div>
      {state.kind === 'plain' ? <p class="small muted">{t('test.plain')}</p> : null}
      <FormError text={state.kind === 'failed' ? state.text : null} />
      {found?.length === 0 ? <p class="small muted">{t('test.nobody')}</p> : null}
      {found?.length ? <Rows found={found} /> : null}
    </div>
  );
}

async function plain(appid: number): Promise<State> {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  const body = { appid, title: t('test.title'), message: t('test.text') };
  const sent = await request<Message>('POST', 'message', { body, headers: { 'Idempotency-Key': key } });
  return sent.ok ? { kind: 'plain' } : { kind: 'failed', text: problem(sent).text };
}
