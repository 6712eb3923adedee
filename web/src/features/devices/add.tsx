import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {t} from '../../i18n';
import {qr} from '../../lib/qr';
import type {Client} from '../../lib/types';
import {here} from '../../lib/url';
import {useDraft} from '../../parts/draft';
import {FormError} from '../../parts/FormError';
import {at, problem, rest, type Problem} from '../../parts/problem';
import {CodeBox, TokenBox} from '../../parts/TokenBox';
import {Page} from '../../shell/Page';
import {say} from '../../state/announce';
import * as devices from '../../state/devices';
import {Button, Field, Icon, Section, Select, Tabs, TextInput} from '../../ui';
import {expiryOptions} from './dialogs';
import {outline, quiet} from './code';

const kinds = ['android', 'iphone', 'desktop', 'terminal', 'other'] as const;
type Kind = (typeof kinds)[number];

function likely(): Kind {
  const agent = navigator.userAgent;
  return /iPhone|iPad/.test(agent) ? 'iphone' : 'android';
}

/** Devices that were not there when the page opened. */
function useArrived(): Client[] {
  const before = useRef<Set<number> | null>(null);
  const all = devices.devices.value;
  useEffect(() => {
    void devices.refresh();
  }, []);
  if (!before.current && devices.loaded.value) before.current = new Set(all.map(one => one.id));
  const arrived = before.current ? all.filter(one => !before.current!.has(one.id)) : [];
  const count = arrived.length;
  useEffect(() => {
    if (count) say(t('devices.arrived', { name: arrived[count - 1]!.name }));
  }, [count]);
  return arrived;
}

export default function AddDevicePage() {
  const [kind, setKind] = useState<Kind>(likely);
  const arrived = useArrived();
  return (
    <Page title={t('devices.add')} back={{ href: '#/clients', label: t('devices.title') }}>
      <div class="sections">
        <Section title={t('devices.address')} hint={t('devices.address_hint')}>
          <div class="panel address">
            <Code text={here()} />
            <div class="stack grow">
              <CodeBox text={here()} label={t('devices.address')} />
              <p class="small muted">{t('devices.address_secret')}</p>
              {location.protocol === 'https:' ? null : (
                <p class="caution">
                  <Icon name="warn" size={18} />
                  <span>{t('devices.address_http')}</span>
                </p>
              )}
            </div>
          </div>
        </Section>
        <Section title={t('devices.how')}>
          <Tabs tabs={kinds.map(id => ({ id, label: t(`devices.${id}`) }))} selected={kind} onSelect={setKind} label={t('devices.how')}>
            <div class="panel">
              {kind === 'android' ? <Android /> : null}
              {kind === 'iphone' ? <Iphone /> : null}
              {kind === 'desktop' ? <Desktop /> : null}
              {kind === 'terminal' ? <Terminal /> : null}
              {kind === 'other' ? <Other /> : null}
            </div>
          </Tabs>
        </Section>
        <Arrived all={arrived} />
      </div>
    </Page>
  );
}

function Arrived({ all }: { all: Client[] }) {
  if (!all.length) {
    return (
      <p class="waiting muted">
        <span class="dot pulse" aria-hidden="true" />
        {t('devices.waiting')}
      </p>
    );
  }
  return (
    <ul class="arrived">
      {all.map(one => (
        <li key={one.id}>
          <Icon name="check" />
          <span>{t('devices.arrived', { name: one.name })}</span>
        </li>
      ))}
      <li>
        <a href="#/clients">{t('devices.to_list')}</a>
      </li>
    </ul>
  );
}

function Code({ text }: { text: string }) {
  const modules = useMemo(() => {
    try {
      return qr(text);
    } catch {
      return []; // an address too long for a code
    }
  }, [text]);
  if (!modules.length) return null;
  const size = modules.length + 2 * quiet;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('devices.qr', { url: text })} shape-rendering="crispEdges">
      <rect class="qr-ground" width={size} height={size} />
      <path class="qr-modules" d={outline(modules)} />
    </svg>
  );
}

function Out({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function Android() {
  return (
    <ol class="how">
      <li>
        {t('devices.android_1')}
        <span class="links">
          <Out href="https://f-droid.org/packages/com.github.gotify/">F-Droid</Out>
          <Out href="https://play.google.com/store/apps/details?id=com.github.gotify">Google Play</Out>
          <Out href="https://github.com/gotify/android/releases">APK</Out>
        </span>
      </li>
      <li>{t('devices.android_2')}</li>
      <li>{t('devices.android_3')}</li>
    </ol>
  );
}

function Iphone() {
  return (
    <>
      <ol class="how">
        <li>{t('devices.iphone_1')}</li>
        <li>{t('devices.iphone_2')}</li>
        <li>{t('devices.iphone_3')}</li>
      </ol>
      <p class="small muted">
        {t('devices.iphone_other')} <Out href="https://github.com/androidseb25/iGotify-Notification-Assistent">iGotify</Out>
      </p>
    </>
  );
}

function Desktop() {
  return (
    <>
      <ol class="how">
        <li>{t('devices.desktop_1')}</li>
        <li>{t('devices.desktop_2')}</li>
      </ol>
      <p class="small muted">
        {t('devices.desktop_other')}{' '}
        <span class="links">
          <Out href="https://github.com/seird/gotify-tray">gotify-tray</Out>
          <Out href="https://github.com/desbma/gotify-desktop">gotify-desktop</Out>
        </span>
      </p>
    </>
  );
}

function Terminal() {
  return (
    <div class="stack">
      <p>{t('devices.terminal_1')}</p>
      <CodeBox text={`curl -sN -H 'X-Gotify-Key: TOKEN' \\\n  '${here('stream')}?transport=ndjson'`} label={t('devices.terminal')} />
      <p class="small muted">
        {t('devices.terminal_other')} <Out href="https://github.com/gotify/cli">gotify/cli</Out>
      </p>
    </div>
  );
}

function Other() {
  const draft = useDraft('clients/new', { name: '', seconds: '0' });
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const [made, setMade] = useState<Client | null>(null);
  const create = async () => {
    const name = draft.value.name.trim();
    if (!name) return setWrong({ field: 'name', text: t('pages.name_missing') });
    setBusy(true);
    setWrong(null);
    const done = await devices.create(name, Number(draft.value.seconds));
    setBusy(false);
    if (!done.ok) return setWrong(problem(done));
    draft.clear();
    return setMade(done.value);
  };
  if (made) {
    return (
      <div class="stack">
        <p>{t('devices.token_made', { name: made.name })}</p>
        <TokenBox token={made.token ?? ''} label={t('devices.token')} />
        <p class="small muted">{t('devices.token_once')}</p>
        <div class="row">
          <Button onClick={() => setMade(null)}>{t('pages.done')}</Button>
        </div>
      </div>
    );
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void create();
      }}
    >
      <p>{t('devices.other_1')}</p>
      <div class="form-pair">
        <Field label={t('devices.name')} error={at(wrong, 'name')}>
          <TextInput value={draft.value.name} onInput={name => draft.set({ name })} maxLength={1024} autocomplete="off" />
        </Field>
        <Field label={t('devices.expiry')}>
          <Select value={draft.value.seconds} options={expiryOptions(0)} onChange={seconds => draft.set({ seconds })} />
        </Field>
      </div>
      <FormError text={rest(wrong, 'name')} />
      <div class="form-actions">
        <Button type="submit" kind="primary" busy={busy}>
          {t('devices.token_make')}
        </Button>
      </div>
    </form>
  );
}
