import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Message } from '../../lib/types';
import { markdown } from '../../markdown';
import { renderTree } from '../../markdown/render';
import { showToast } from '../../state/announce';
import { appById, apps } from '../../state/apps';
import { request } from '../../state/session';
import { Button, Dialog, Field, NumberInput, Select, Switch, TextArea, TextInput } from '../../ui';
import { bodyOf, changed, emptyDraft, keepDraft, readDraft, type Draft } from './draft';

type Props = { onClose: () => void; appid?: number | undefined };

/** Sends a message of one's own. What was typed stays until it is sent, also over an error, a sign-out or a reload. */
export default function ComposeDialog({ onClose, appid }: Props) {
  const [draft, setDraft] = useState<Draft>(() => readDraft() ?? emptyDraft(appid ?? apps.peek()[0]?.id ?? 0));
  const [preview, setPreview] = useState(false);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [error, setError] = useState('');
  useEffect(() => keepDraft(draft), [draft]);
  const edit = (part: Partial<Draft>) => {
    setDraft((before) => changed(before, part));
    setError('');
  };
  const send = async () => {
    if (busy) return;
    setMissing(draft.message === '');
    if (draft.message === '') return;
    setBusy(true);
    const result = await request<Message>('POST', 'message', { body: bodyOf(draft), headers: { 'Idempotency-Key': draft.key } });
    setBusy(false);
    if (!result.ok)
      return setError(t('messages.send_failed', { why: result.status === 0 ? t('messages.not_reached') : result.text }));
    keepDraft(undefined);
    showToast(t('messages.sent'));
    onClose();
  };
  if (apps.value.length === 0) return <NoApplication onClose={onClose} />;
  return (
    <Dialog
      title={t('messages.compose_title')}
      wide
      onClose={onClose}
      onSubmit={() => void send()}
      actions={
        <>
          <Button onClick={onClose}>{t('messages.cancel')}</Button>
          <Button type="submit" kind="primary" icon="send" busy={busy}>
            {t('messages.send')}
          </Button>
        </>
      }
    >
      <div class="compose">
        <Who draft={draft} edit={edit} />
        <Field label={t('messages.field_title')} hint={t('messages.field_title_hint')}>
          <TextInput value={draft.title} onInput={(title) => edit({ title })} />
        </Field>
        {preview && draft.markdown ? (
          <Preview text={draft.message} appid={draft.appid} />
        ) : (
          <Field
            label={t('messages.field_text')}
            error={missing && draft.message === '' ? t('messages.field_text_missing') : null}
          >
            <TextArea
              rows={7}
              autofocus
              value={draft.message}
              onInput={(message) => edit({ message })}
              onKeyDown={(event) => sends(event, send)}
            />
          </Field>
        )}
        <div class="compose-markdown">
          <Switch label={t('messages.field_markdown')} checked={draft.markdown} onChange={(on) => edit({ markdown: on })} />
          {draft.markdown ? (
            <Button small icon={preview ? 'edit' : 'eye'} onClick={() => setPreview(!preview)}>
              {t(preview ? 'messages.preview_off' : 'messages.preview_on')}
            </Button>
          ) : null}
        </div>
        {error ? (
          <p class="bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

function sends(event: KeyboardEvent, send: () => Promise<void>) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void send();
}

function Who({ draft, edit }: { draft: Draft; edit: (part: Partial<Draft>) => void }) {
  const byDefault = appById.value.get(draft.appid)?.defaultPriority ?? 0;
  const options = apps.value.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <div class="compose-who">
      <Field label={t('messages.app')}>
        <Select value={String(draft.appid)} options={options} onChange={(value) => edit({ appid: Number(value) })} />
      </Field>
      <Field label={t('messages.field_priority')} hint={t('messages.field_priority_hint', { n: byDefault })}>
        <NumberInput value={draft.priority} onInput={(priority) => edit({ priority })} />
      </Field>
    </div>
  );
}

function Preview({ text, appid }: { text: string; appid: number }) {
  const result = markdown(text).value;
  return (
    <div class="compose-preview msg-body markdown" role="group" aria-label={t('messages.preview')} tabIndex={0}>
      {result.state === 'done' ? renderTree(result.tree, appid) : text}
      {result.state === 'plain' ? <p class="msg-note">{t('messages.preview_plain')}</p> : null}
    </div>
  );
}

function NoApplication({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      title={t('messages.compose_title')}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t('messages.cancel')}</Button>}
    >
      <p>{t('messages.no_application')}</p>
      <p>
        <a href="#/applications/new" onClick={onClose}>
          {t('messages.add_sender')}
        </a>
      </p>
    </Dialog>
  );
}
