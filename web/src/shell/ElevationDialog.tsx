import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../i18n';
import {alert} from '../state/announce';
import {elevate, elevation, info, request, user} from '../state/session';
import type {CurrentUser} from '../lib/types';
import {Button, Dialog, Field, Icon, PasswordInput, focusWrong} from '../ui';

const kSeconds = 3600;

/** Opens the identity provider in a window of its own, and looks afterwards whether it has confirmed. */
function useProvider(onDone: (confirmed: boolean) => void): () => void {
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);
  useEffect(() => () => clearInterval(timer.current), []);
  return () => {
    const popup = open(`auth/oidc/elevate?id=${user.value?.clientId}&durationSeconds=${kSeconds}`, 'elevate', 'width=520,height=680');
    clearInterval(timer.current);
    timer.current = setInterval(async () => {
      if (popup && !popup.closed) return;
      clearInterval(timer.current);
      const now = await request<CurrentUser>('GET', 'current/user');
      if (now.ok) user.value = now.value;
      onDone(now.ok && Date.parse(now.value.elevatedUntil ?? '') > Date.now());
    }, 500);
  };
}

function Form({resolve}: {resolve: (ok: boolean) => void}) {
  const [pass, setPass] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const fail = (text: string) => {
    setError(text);
    alert(text);
    focusWrong();
  };
  const provider = useProvider(confirmed => (confirmed ? resolve(true) : fail(t('elevation.not_confirmed'))));
  const submit = async () => {
    if (busy) return;
    if (!pass) return fail(t('elevation.need_password'));
    setBusy(true);
    const result = await elevate(pass);
    setBusy(false);
    if (result.ok) return resolve(true);
    // The cookie holds all the same, so a server may say 403: the session is still not confirmed.
    if (result.status === 401 || result.status === 403) return fail(t('elevation.wrong'));
    fail(result.status === 0 ? t('error.unreachable') : t('error.server', {text: result.text}));
  };
  return (
    <Dialog
      title={t('elevation.title')}
      onClose={() => resolve(false)}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={() => resolve(false)}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('elevation.confirm')}
          </Button>
        </>
      }
    >
      <p class="dialog-lead">
        <Icon name="shield" />
        <span>{t('elevation.lead')}</span>
      </p>
      <input class="visually-hidden" type="text" autocomplete="username" value={user.value?.name ?? ''} readOnly tabIndex={-1} aria-hidden="true" />
      <Field label={t('login.password')} error={error}>
        <PasswordInput value={pass} onInput={setPass} autocomplete="current-password" autofocus />
      </Field>
      {info.value?.oidc ? (
        <Button icon="external" onClick={provider}>
          {t('elevation.provider')}
        </Button>
      ) : null}
    </Dialog>
  );
}

/** Opened by a request that the server lets through only after the password. */
export function ElevationDialog() {
  const open = elevation.value;
  return open ? <Form resolve={open.resolve} /> : null;
}
