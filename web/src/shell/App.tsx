import {useEffect, useRef} from 'preact/hooks';
import LoginPage from '../features/login';
import RegisterPage from '../features/register';
import {t} from '../i18n';
import {assertive, polite} from '../state/announce';
import {go, route} from '../state/route';
import {info, phase, user} from '../state/session';
import {undo, undoLast} from '../state/undo';
import {Mark} from '../ui';
import {ElevationDialog} from './ElevationDialog';
import {HelpSheet, helpOpen} from './HelpSheet';
import {bind, startKeys} from './keys';
import {LoginDialog} from './LoginDialog';
import {startLook} from './look';
import {Nav} from './Nav';
import {RouteView} from './routes';
import {StripBar} from './StripBar';
import {startTitle} from './title';
import {ToastBar} from './ToastBar';

/** The two places that assistive technology listens to. They are there from the start, else nothing in them is heard. */
function LiveRegions() {
  return (
    <div class="visually-hidden">
      <div role="status">{polite.value}</div>
      <div role="alert">{assertive.value}</div>
    </div>
  );
}

const goTo = (hash: string) => () => go(hash);
const admins = (hash: string) => () => (user.value?.admin ? go(hash) : false);

function bindGlobalKeys(): () => void {
  return bind('global', {
    'g m': goTo('#/'),
    'g a': goTo('#/applications'),
    'g d': goTo('#/clients'),
    'g p': goTo('#/plugins'),
    'g y': goTo('#/account'),
    'g s': admins('#/server'),
    'g u': admins('#/users'),
    z: () => (undo.value ? undoLast() : false),
    '?': () => {
      helpOpen.value = true;
    },
  });
}

/** Everything that somebody sees who is signed in. */
function Inside() {
  const main = useRef<HTMLElement>(null);
  useEffect(() => bindGlobalKeys(), []);
  const at = route.value;
  useEffect(() => {
    if (at.page === 'login' || at.page === 'register') go('#/', true);
  }, [at.page]);
  return (
    <div class="shell">
      <header class="top">
        <a
          class="skip"
          href="#main"
          onClick={event => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          {t('shell.skip')}
        </a>
        <StripBar />
      </header>
      <Nav />
      <main class="main" id="main" tabIndex={-1} ref={main}>
        <RouteView route={at} />
      </main>
      <ToastBar />
      <HelpSheet />
    </div>
  );
}

function Starting() {
  return (
    <main class="starting" aria-busy="true">
      <Mark size={48} />
      <h1 class="visually-hidden">{t('shell.starting')}</h1>
    </main>
  );
}

function Screen() {
  if (phase.value === 'starting') return <Starting />;
  if (phase.value !== 'out') return <Inside />;
  return route.value.page === 'register' && info.value?.register ? <RegisterPage /> : <LoginPage />;
}

export function App() {
  useEffect(() => {
    const stops = [startLook(), startKeys(), startTitle()];
    return () => stops.forEach(stop => stop());
  }, []);
  return (
    <>
      <Screen />
      <ElevationDialog />
      <LoginDialog />
      <LiveRegions />
    </>
  );
}
