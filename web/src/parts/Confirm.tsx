import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import {t} from '../i18n';
import {Button, Dialog, Field, TextInput} from '../ui';
import {FormError} from './FormError';
import type {Problem} from './problem';

type Props = {
  title: string;
  children: ComponentChildren;
  action: string;
  kind?: 'primary' | 'danger';
  /** Must be typed before the action can run: for what nobody can bring back. */
  typed?: string;
  /** Answers what went wrong, or null: then the dialog closes. */
  run: () => Promise<Problem | null>;
  onClose: () => void;
};

export function Confirm({ title, children, action, kind = 'danger', typed, run, onClose }: Props) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const ready = typed === undefined || text.trim() === typed.trim();
  const go = async () => {
    if (busy) return;
    if (!ready) return setWrong(t('pages.name_differs', { name: typed ?? '' }));
    setBusy(true);
    setWrong(null);
    const found = await run();
    setBusy(false);
    if (found) setWrong(found.text);
    else onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t('pages.cancel')}</Button>
      <Button type="submit" kind={kind} busy={busy}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog title={title} onClose={onClose} actions={actions} onSubmit={go}>
      <div class="stack">
        {children}
        {typed === undefined ? (
          <FormError text={wrong} />
        ) : (
          <Field label={t('pages.type_name', { name: typed })} error={wrong}>
            <TextInput value={text} onInput={setText} autocomplete="off" autocapitalize="off" spellcheck={false} />
          </Field>
        )}
      </div>
    </Dialog>
  );
}
