import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import {t, type Key} from '../i18n';
import {now} from '../lib/time';
import {apps} from '../state/apps';
import {prefs} from '../state/prefs';
import {counts, total} from '../state/reads';
import {route, type Route} from '../state/route';
import {elevatedUntil, endElevation, logout, user} from '../state/session';
import {AppPicture, Count, Icon, IconButton, Mark, Sheet, type IconName} from '../ui';
import {helpOpen} from './HelpSheet';

type Entry = {href: string; icon: IconName; label: Key; current: (at: Route) => boolean; admin?: boolean};

const at = (page: string) => (r: Route) => r.page === page;
const kMessages: Entry = {href: '#/', icon: 'inbox', label: 'nav.messages', current: r => r.page === 'message' || (r.page === 'messages' && !r.id)};
const kApplications: Entry = {href: '#/applications', icon: 'apps', label: 'nav.applications', current: at('applications')};
const kDevices: Entry = {href: '#/clients', icon: 'device', label: 'nav.devices', current: at('clients')};
const kMore: Entry[] = [
  {href: '#/users', icon: 'users', label: 'nav.users', current: at('users'), admin: true},
  {href: '#/server', icon: 'server', label: 'nav.server', current: at('server'), admin: true},
  {href: '#/plugins', icon: 'plug', label: 'nav.plugins', current: at('plugins')},
];

function NavLink({entry, label, children, onClick}: {entry: Entry; label?: string; children?: ComponentChildren; onClick?: () => void}) {
  const words = label ?? t(entry.label);
  return (
    <a class="nav-link" href={entry.href} title={words} aria-current={entry.current(route.value) ? 'page' : undefined} onClick={onClick}>
      <Icon name={entry.icon} size={22} />
      <span class="nav-label ellipsis">{words}</span>
      {children}
    </a>
  );
}

const moreEntries = () => kMore.filter(entry => !entry.admin || user.value?.admin);

/** The applications that can send, each with what is unread of it. */
function AppLinks() {
  if (apps.value.length === 0) return null;
  return (
    <ul class="nav-apps" aria-label={t('nav.messages_of')}>
      {apps.value.map(app => {
        const here = route.value.page === 'messages' && route.value.id === String(app.id);
        return (
          <li key={app.id}>
            <a class="nav-link nav-app" href={`#/messages/${app.id}`} title={app.name} aria-current={here ? 'page' : undefined}>
              <AppPicture app={app} size={24} />
              <span class="nav-label ellipsis">{app.name}</span>
              {prefs.value.muted.includes(app.id) ? (
                <span class="nav-muted">
                  <Icon name="bell-off" size={16} />
                  <span class="visually-hidden">{t('nav.muted')}</span>
                </span>
              ) : null}
              <Count n={counts.value.get(app.id) ?? 0} />
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** While the session is confirmed by password: for how long, and a way to end it. */
export function Elevated() {
  const left = elevatedUntil.value - now.value;
  if (left <= 0) return null;
  const minutes = Math.max(1, Math.round(left / 60_000));
  return (
    <div class="elevated">
      <Icon name="shield" size={18} />
      <span class="grow">{t('elevation.minutes', {n: minutes})}</span>
      <IconButton icon="close" size={16} label={t('elevation.end')} onClick={() => void endElevation()} />
    </div>
  );
}

function accountEntry(): Entry {
  return {href: '#/account', icon: 'user', label: 'nav.account', current: at('account')};
}

function MoreSheet({onClose}: {onClose: () => void}) {
  return (
    <Sheet title={t('nav.more')} onClose={onClose}>
      <Elevated />
      <ul class="more-list">
        {[...moreEntries(), accountEntry()].map(entry => (
          <li key={entry.href}>
            <NavLink entry={entry} onClick={onClose}>
              {entry.href === '#/account' ? <span class="muted ellipsis">{user.value?.name}</span> : null}
            </NavLink>
          </li>
        ))}
        <li>
          <button type="button" class="nav-link" onClick={() => void logout()}>
            <Icon name="exit" size={22} />
            <span class="nav-label">{t('account.sign_out')}</span>
          </button>
        </li>
      </ul>
    </Sheet>
  );
}

/** A rail with words from 900 px, with icons from 600, a bar at the bottom below. */
export function Nav() {
  const [more, setMore] = useState(false);
  const elsewhere = moreEntries().some(entry => entry.current(route.value)) || route.value.page === 'account';
  return (
    <nav class="nav" aria-label={t('nav.label')}>
      <a class="brand" href="#/" tabIndex={-1} aria-hidden="true">
        <Mark />
        <span class="brand-name">{t('shell.name')}</span>
      </a>
      <ul class="nav-list">
        <li>
          <NavLink entry={kMessages}>
            <Count n={total.value} />
          </NavLink>
        </li>
        <li class="nav-group">
          <NavLink entry={kApplications} />
          <AppLinks />
        </li>
        <li>
          <NavLink entry={kDevices} />
        </li>
        {moreEntries().map(entry => (
          <li key={entry.href} class="nav-wide">
            <NavLink entry={entry} />
          </li>
        ))}
        <li class="nav-phone">
          <button type="button" class={`nav-link${elsewhere ? ' here' : ''}`} aria-haspopup="dialog" onClick={() => setMore(true)}>
            <Icon name="more" size={22} />
            <span class="nav-label">{t('nav.more')}</span>
          </button>
        </li>
      </ul>
      <div class="nav-foot">
        <Elevated />
        <div class="nav-self">
          <NavLink entry={accountEntry()} label={user.value?.name ?? t('nav.account')} />
          {prefs.value.keys ? <IconButton icon="keyboard" label={t('keys.title')} keyHint="?" onClick={() => (helpOpen.value = true)} /> : null}
        </div>
      </div>
      {more ? <MoreSheet onClose={() => setMore(false)} /> : null}
    </nav>
  );
}
