import type {ComponentType} from 'preact';
import {t} from '../i18n';
import MessagesPage from '../features/messages';
import {user} from '../state/session';
import type {Route} from '../state/route';
import {Empty} from '../ui';
import {lazy} from './lazy';
import {Page} from './Page';

const ApplicationsPage = lazy(() => import('../features/applications'));
const AddSenderPage = lazy(() => import('../features/add-sender'));
const DevicesPage = lazy(() => import('../features/devices'));
const UsersPage = lazy(() => import('../features/users'));
const ServerPage = lazy(() => import('../features/server'));
const PluginsPage = lazy(() => import('../features/plugins'));
const AccountPage = lazy(() => import('../features/account'));

function NotFound() {
  return (
    <Page title={t('shell.not_found')}>
      <Empty title={t('shell.not_found_title')} icon="search">
        <a href="#/">{t('shell.to_messages')}</a>
      </Empty>
    </Page>
  );
}

function NotAllowed() {
  return (
    <Page title={t('shell.not_allowed')}>
      <Empty title={t('shell.not_allowed_title')} icon="shield">
        <a href="#/">{t('shell.to_messages')}</a>
      </Empty>
    </Page>
  );
}

/** The component of an address. Pages with an id read it from the route. */
export function pageOf({page, id}: Pick<Route, 'page' | 'id'>, admin: boolean): ComponentType {
  switch (page) {
    case 'messages':
    case 'message':
      return MessagesPage;
    case 'applications':
      return id === 'new' ? AddSenderPage : ApplicationsPage;
    case 'clients':
      return DevicesPage;
    case 'users':
      return admin ? UsersPage : NotAllowed;
    case 'server':
      return admin ? ServerPage : NotAllowed;
    case 'plugins':
      return PluginsPage;
    case 'account':
      return AccountPage;
    default:
      return NotFound;
  }
}

export function RouteView({route}: {route: Route}) {
  const Component = pageOf(route, user.value?.admin ?? false);
  return <Component />;
}
