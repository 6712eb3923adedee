import '../../styles/pages/index.css';
import {useEffect, useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Client} from '../../lib/types';
import {useLoad} from '../../parts/load';
import {problem} from '../../parts/problem';
import {useRowKeys} from '../../parts/rows';
import {bind} from '../../shell/keys';
import {Page} from '../../shell/Page';
import {now} from '../../lib/time';
import {showToast} from '../../state/announce';
import * as devices from '../../state/devices';
import {go, route} from '../../state/route';
import {elevatedUntil, endElevation, user} from '../../state/session';
import {Chip, Empty, Failed, Icon, IconButton, Menu, Skeleton, Time} from '../../ui';
import AddDevicePage from './add';
import {sorted} from './order';
import {ExpiryDialog, RemoveDialog, RenameDialog, spanText} from './dialogs';

export {default as AddDevicePage} from './add';

export default function DevicesPage() {
  return route.value.id === 'new' ? <AddDevicePage /> : <Overview />;
}

/** No event says that a device begins or ends to listen, so the list is read again every few seconds. */
const kPresence = 10_000;

type Open = { what: 'rename' | 'expiry' | 'remove'; id: number } | null;

function AddLink() {
  return (
    <a class="button primary" href="#/clients/new">
      <Icon name="plus" size={18} />
      <span class="button-text">{t('devices.add')}</span>
    </a>
  );
}

function Overview() {
  const asked = useLoad('', devices.refresh);
  const [open, setOpen] = useState<Open>(null);
  const all = sorted(devices.devices.value, user.value?.clientId, devices.online);
  useRowKeys('devices', {
    '#': id => setOpen({ what: 'remove', id }),
    Del: id => setOpen({ what: 'remove', id }),
  });
  useEffect(() => bind('devices', { n: () => go('#/clients/new') }), []);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && void devices.refresh(), kPresence);
    return () => clearInterval(timer);
  }, []);
  const chosen = open && all.find(one => one.id === open.id);
  const close = () => setOpen(null);
  let body;
  if (all.length) {
    body = (
      <ul class="list">
        {all.map(one => (
          <Row key={one.id} device={one} onOpen={setOpen} />
        ))}
      </ul>
    );
  } else if (asked.failed) body = <Failed text={problem(asked.failed).text} onRetry={asked.reload} />;
  else if (!asked.value && !devices.loaded.value) body = <Skeleton />;
  else body = <Empty title={t('devices.none')} icon="device" />;
  return (
    <Page title={t('devices.title')} actions={<AddLink />}>
      <p class="page-hint">{t('devices.hint')}</p>
      {body}
      {chosen && open.what === 'rename' ? <RenameDialog device={chosen} onClose={close} /> : null}
      {chosen && open.what === 'expiry' ? <ExpiryDialog device={chosen} onClose={close} /> : null}
      {chosen && open.what === 'remove' ? <RemoveDialog device={chosen} own={chosen.id === user.value?.clientId} onClose={close} /> : null}
    </Page>
  );
}

async function changeElevation(device: Client, own: boolean, on: boolean): Promise<void> {
  const done = own && !on ? await endElevation() : await devices.elevate(device.id, on ? 3600 : -1);
  if (!done.ok) return showToast(problem(done).text);
  await devices.refresh();
  return showToast(on ? t('devices.elevated', { name: device.name }) : t('devices.elevation_ended', { name: device.name }));
}

function Presence({ id }: { id: number }) {
  const on = devices.online(id);
  return <span class={`dot${on ? ' on' : ''}`} aria-hidden="true" />;
}

function Row({ device, onOpen }: { device: Client; onOpen: (open: Open) => void }) {
  const own = device.id === user.value?.clientId;
  const until = own ? elevatedUntil.value : device.elevatedUntil ? Date.parse(device.elevatedUntil) : 0;
  const elevated = until > now.value;
  const items = [
    { label: t('devices.rename'), icon: 'edit' as const, run: () => onOpen({ what: 'rename', id: device.id }) },
    { label: t('devices.expiry'), icon: 'info' as const, run: () => onOpen({ what: 'expiry', id: device.id }) },
    {
      label: elevated ? t('devices.elevation_end') : t('devices.elevate'),
      icon: 'shield' as const,
      run: () => void changeElevation(device, own, !elevated),
    },
    { label: t('devices.remove'), icon: 'trash' as const, danger: true, run: () => onOpen({ what: 'remove', id: device.id }) },
  ];
  return (
    <li class="list-row" data-list-row>
      <Presence id={device.id} />
      <div class="list-main">
        <p class="list-title">
          <span class="ellipsis" tabIndex={-1} data-row={device.id}>
            {device.name}
          </span>
          {own ? <Chip tone="accent">{t('devices.this')}</Chip> : null}
          {elevated ? (
            <Chip icon="shield" tone="warn">
              {t('devices.elevated_for', { n: Math.max(1, Math.ceil((until - now.value) / 60_000)) })}
            </Chip>
          ) : null}
        </p>
        <p class="list-more">
          <LastUse device={device} />
          <Expiry device={device} />
        </p>
      </div>
      <div class="list-actions">
        <IconButton icon="trash" class="wide-only" label={t('devices.remove_name', { name: device.name })} keyHint="#" onClick={() => onOpen({ what: 'remove', id: device.id })} />
        <Menu label={t('pages.more_for', { name: device.name })} items={items} />
      </div>
    </li>
  );
}

function LastUse({ device }: { device: Client }) {
  if (devices.online(device.id)) return <span class="good nowrap">{t('devices.listening')}</span>;
  if (!device.lastUsed) return <span class="nowrap">{t('devices.never_used')}</span>;
  return (
    <span class="nowrap">
      {t('devices.last_used')} <Time date={device.lastUsed} />
    </span>
  );
}

function Expiry({ device }: { device: Client }) {
  const seconds = device.expiresAfterInactivitySeconds;
  if (seconds === undefined) return null; // a server before version 3
  return <span class="nowrap">{seconds ? t('devices.expires_after', { span: spanText(seconds) }) : t('devices.expires_never')}</span>;
}
