import type {ComponentType} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {t} from '../i18n';
import {Failed, Skeleton} from '../ui';

const kReloaded = 'sg.reloaded';
const kReloadAgainMs = 60_000;

/** After an update the files of the old version are gone: one reload fetches the new ones. Not twice in a minute: then it is something else. */
export function reloadOnce(reload = () => location.reload(), now = Date.now()): boolean {
  try {
    const last = Number(sessionStorage.getItem(kReloaded) ?? 0);
    if (now - last < kReloadAgainMs) return false;
    sessionStorage.setItem(kReloaded, String(now));
  } catch {
    return false;  // without storage nothing would stop the second reload
  }
  reload();
  return true;
}

type Loaded<P> = {default: ComponentType<P>};

/** A component whose code is loaded when it is shown first. */
export function lazy<P extends object>(load: () => Promise<Loaded<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [failed, setFailed] = useState(false);
    const [turn, setTurn] = useState(0);
    const [, setReady] = useState(false);
    useEffect(() => {
      if (loaded) return undefined;
      let left = false;
      load().then(
        module => {
          loaded = module.default;
          if (!left) setReady(true);
        },
        () => {
          if (!left && !reloadOnce()) setFailed(true);
        },
      );
      return () => {
        left = true;
      };
    }, [turn]);
    if (loaded) {
      const Component = loaded;
      return <Component {...props} />;
    }
    if (!failed) {
      return (
        <div class="page">
          <h1 class="visually-hidden">{t('ui.loading')}</h1>
          <Skeleton />
        </div>
      );
    }
    return (
      <div class="page">
        <Failed
          text={t('shell.page_failed')}
          onRetry={() => {
            setFailed(false);
            setTurn(turn + 1);
          }}
        />
      </div>
    );
  };
}
