import {useEffect, useState} from 'preact/hooks';
import {lang, t} from '../../i18n';
import type {Client} from '../../lib/types';
import {absolute, now} from '../../lib/time';
import {showToast} from '../../state/announce';
import {apps} from '../../state/apps';
import {ask, push, type Push} from '../../state/notify';
import {request, user} from '../../state/session';
import {AppPicture, Button, Failed, Select, SettingRow, Skeleton, Switch} from '../../ui';
import {canSubscribe, isEver, isMuted, look, muteUntil, save, subscribe, test, unsubscribe, type Mute} from './push';

const kPriorities = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const kStaySeconds = 90 * 86_400;

async function change(settings: Push): Promise<void> {
  const result = await save(settings);
  if (!result.ok) showToast(t('push.save_failed', {text: result.text}));
}

function Priority({settings}: {settings: Push}) {
  const options = kPriorities.map(p => ({value: String(p), label: p === 0 ? t('push.priority_all') : t('push.priority_n', {p})}));
  return (
    <SettingRow label={t('push.priority')} hint={t('push.priority_hint')}>
      <Select value={String(settings.minPriority)} options={options} onChange={p => void change({...settings, minPriority: Number(p)})} />
    </SettingRow>
  );
}

function Applications({settings}: {settings: Push}) {
  const [some, setSome] = useState(settings.apps.length > 0);
  const toggle = (id: number, on: boolean) => {
    const chosen = on ? [...settings.apps, id] : settings.apps.filter(one => one !== id);
    void change({...settings, apps: chosen});
  };
  return (
    <>
      <SettingRow label={t('push.applications')}>
        <Select
          value={some ? 'some' : 'all'}
          options={[
            {value: 'all', label: t('push.all_applications')},
            {value: 'some', label: t('push.some_applications')},
          ]}
          onChange={choice => {
            setSome(choice === 'some');
            void change({...settings, apps: choice === 'some' ? apps.value.map(app => app.id) : []});
          }}
        />
      </SettingRow>
      {some ? (
        <ul class="choices">
          {apps.value.map(app => (
            <li key={app.id}>
              <label class="choice">
                <input
                  type="checkbox"
                  checked={settings.apps.includes(app.id)}
                  // None chosen means all to the server, so the last one stays.
                  disabled={settings.apps.length === 1 && settings.apps[0] === app.id}
                  onChange={event => toggle(app.id, event.currentTarget.checked)}
                />
                <AppPicture app={app} size={24} />
                <span class="ellipsis">{app.name}</span>
              </label>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function MuteRow({settings}: {settings: Push}) {
  const until = settings.mutedUntil;
  if (until && isMuted(until, now.value)) {
    return (
      <SettingRow label={isEver(until) ? t('push.muted_ever') : t('push.muted_until', {time: absolute(until, lang.value)})}>
        <Button icon="bell" onClick={() => void change({...settings, mutedUntil: null})}>
          {t('push.unmute')}
        </Button>
      </SettingRow>
    );
  }
  const options: {value: Mute | 'off'; label: string}[] = [
    {value: 'off', label: t('push.mute_off')},
    {value: 'hour', label: t('push.mute_hour')},
    {value: 'morning', label: t('push.mute_morning')},
    {value: 'ever', label: t('push.mute_ever')},
  ];
  return (
    <SettingRow label={t('push.mute')} hint={t('push.mute_hint')}>
      <Select
        value="off"
        options={options}
        onChange={choice => void change({...settings, mutedUntil: choice === 'off' ? null : muteUntil(choice, new Date())})}
      />
    </SettingRow>
  );
}

/** A session of 7 days takes the pushes with it: offers 90. */
function Stay() {
  const [own, setOwn] = useState<Client | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    void request<Client[]>('GET', 'client').then(result => {
      if (result.ok) setOwn(result.value.find(client => client.id === user.value?.clientId) ?? null);
    });
  }, []);
  const seconds = own?.expiresAfterInactivitySeconds ?? 0;
  if (!own || seconds === 0 || seconds >= kStaySeconds) return null;
  const stay = async () => {
    setBusy(true);
    const result = await request<Client>('PUT', `client/${own.id}`, {body: {name: own.name, expiresAfterInactivitySeconds: kStaySeconds}});
    setBusy(false);
    if (!result.ok) return showToast(t('push.save_failed', {text: result.text}));
    setOwn({...own, expiresAfterInactivitySeconds: kStaySeconds});
    showToast(t('push.stay_done'));
  };
  return (
    <SettingRow label={t('push.stay')} hint={t('push.stay_hint')}>
      <Button busy={busy} onClick={() => void stay()}>
        {t('push.stay')}
      </Button>
    </SettingRow>
  );
}

function TestRow() {
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    const result = await test();
    setBusy(false);
    if (!result.ok) showToast(t('error.server', {text: result.text}));
    else if (result.value.state === 'accepted') showToast(t('push.accepted'));
    else showToast(t('push.refused', {why: result.value.why ?? ''}));
  };
  return (
    <div class="setting-actions">
      <Button icon="send" busy={busy} onClick={() => void send()}>
        {t('push.test')}
      </Button>
    </div>
  );
}

type Found = 'looking' | 'off' | 'on' | 'none' | 'failed' | 'no-worker';

/** What is pushed to this device while no page is open. */
export function PushSettings() {
  const [found, setFound] = useState<Found>('looking');
  const [busy, setBusy] = useState(false);
  const refresh = async () => {
    setFound('looking');
    const state = await look();
    setFound(state === 'off' && !(await canSubscribe()) ? 'no-worker' : state);
  };
  useEffect(() => void refresh(), []);
  const toggle = async (on: boolean) => {
    if (busy) return;
    setBusy(true);
    if (on && (await ask()) !== 'granted') return setBusy(false);
    const result = on ? await subscribe({minPriority: 0, apps: [], mutedUntil: null}) : await unsubscribe();
    setBusy(false);
    if (result.ok) showToast(on ? t('push.enabled') : t('push.disabled'));
    else showToast(t(on ? 'push.failed' : 'push.off_failed', {text: result.text}));
  };
  if (found === 'looking') return <Skeleton rows={1} />;
  if (found === 'failed') return <Failed text={t('error.unreachable')} onRetry={() => void refresh()} />;
  if (found === 'none' || found === 'no-worker') return <p class="setting-note">{t(found === 'none' ? 'push.none' : 'push.no_worker')}</p>;
  const settings = push.value;
  return (
    <>
      <SettingRow label={t('push.on')} hint={t('push.hint')}>
        <Switch checked={Boolean(settings)} disabled={busy} onChange={on => void toggle(on)} />
      </SettingRow>
      {settings ? (
        <>
          <Priority settings={settings} />
          <Applications settings={settings} />
          <MuteRow settings={settings} />
          <Stay />
          <TestRow />
        </>
      ) : null}
    </>
  );
}
