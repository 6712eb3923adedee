import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { appById } from '../../state/apps';
import { more, removeAll, visible } from '../../state/messages';
import { askedUrl, deleteAllOf } from './page';
import { Button, Dialog } from '../../ui';

/** An address that leads into another program: it is shown whole, and nothing opens by itself. */
export function UrlDialog() {
  const url = askedUrl.value;
  if (url === null) return null;
  const close = () => (askedUrl.value = null);
  const scheme = url.split(':')[0] ?? '';
  return (
    <Dialog
      title={t('messages.url_title')}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{t('messages.cancel')}</Button>
          <a class="button primary" href={url} target="_blank" rel="noopener noreferrer" onClick={() => setTimeout(close)}>
            {t('messages.url_open')}
          </a>
        </>
      }
    >
      <p>{t('messages.url_text', { scheme })}</p>
      <p class="msg-url" dir="ltr">
        {url}
      </p>
    </Dialog>
  );
}

/** Everything, or everything of an application. What arrives meanwhile stays. */
export function DeleteAllDialog() {
  const of = deleteAllOf.value;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  if (of === null) return null;
  const close = () => {
    setError('');
    deleteAllOf.value = null;
  };
  const run = async () => {
    setBusy(true);
    const result = await removeAll(of.appid);
    setBusy(false);
    if (result.ok) close();
    else setError(t('messages.delete_failed', { why: result.text }));
  };
  // It is offered without a filter only, so what is shown is what it is about, as far as it is loaded.
  const n = visible.value.length;
  const app = of.appid === undefined ? undefined : appById.value.get(of.appid);
  const count = t(more.value ? 'messages.delete_all_at_least' : 'messages.delete_all_count', { n });
  return (
    <Dialog
      title={t('messages.delete_all_title')}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{t('messages.cancel')}</Button>
          <Button kind="danger" busy={busy} onClick={() => void run()}>
            {t('messages.delete_all')}
          </Button>
        </>
      }
    >
      <p>{app ? t('messages.delete_all_app', { count, app: app.name }) : t('messages.delete_all_every', { count })}</p>
      <p class="muted">{t('messages.delete_all_hint')}</p>
      {error ? (
        <p role="alert" class="bad">
          {error}
        </p>
      ) : null}
    </Dialog>
  );
}
