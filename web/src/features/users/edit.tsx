import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {User} from '../../lib/types';
import {useDraft} from '../../parts/draft';
import {FormError} from '../../parts/FormError';
import {at, problem, rest, type Problem} from '../../parts/problem';
import {showToast} from '../../state/announce';
import {request} from '../../state/session';
import {check} from './check';
import {Button, Dialog, Field, PasswordInput, SettingRow, Switch, TextInput} from '../../ui';

/** Creates a user, or changes one. The password is not part of the draft. */
export function UserDialog({ user, onSaved, onClose }: { user?: User; onSaved: () => void; onClose: () => void }) {
  const draft = useDraft(`users/${user?.id ?? 'new'}`, { name: user?.name ?? '', admin: user?.admin ?? false });
  const [pass, setPass] = useState('');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const { name, admin } = draft.value;
  const save = async () => {
    if (busy) return;
    const found = check(name, pass, !user);
    if (found) return setWrong(found);
    setBusy(true);
    setWrong(null);
    const body = { name: name.trim(), admin, ...(pass && { pass }) };
    const done = await request<User>('POST', user ? `user/${user.id}` : 'user', { body });
    setBusy(false);
    if (!done.ok) return setWrong(problem(done));
    draft.clear();
    showToast(user ? t('pages.saved') : t('users.created', { name: body.name }));
    return onSaved();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t('pages.cancel')}</Button>
      <Button type="submit" kind="primary" busy={busy}>
        {user ? t('pages.save') : t('users.create')}
      </Button>
    </>
  );
  return (
    <Dialog title={user ? t('users.edit_title', { name: user.name }) : t('users.add')} onClose={onClose} onSubmit={save} actions={actions}>
      <div class="form">
        <Field label={t('users.name')} error={at(wrong, 'name')}>
          <TextInput value={name} onInput={value => draft.set({ name: value })} autocomplete="off" autocapitalize="off" spellcheck={false} />
        </Field>
        <Field label={user ? t('users.pass_new') : t('users.pass')} hint={user ? t('users.pass_keep') : undefined} error={at(wrong, 'pass')}>
          <PasswordInput value={pass} onInput={setPass} autocomplete="new-password" />
        </Field>
        <SettingRow label={t('users.admin')} hint={t('users.admin_hint')}>
          <Switch checked={admin} onChange={on => draft.set({ admin: on })} />
        </SettingRow>
        <FormError text={rest(wrong, 'name', 'pass')} />
      </div>
    </Dialog>
  );
}
