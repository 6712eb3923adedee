import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import {alert, showToast} from '../../state/announce';
import {request, user} from '../../state/session';
import {Button, Card, Field, PasswordInput, Section, focusWrong} from '../../ui';

const kMaxBytes = 72;

export function Password() {
  const [pass, setPass] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const fail = (text: string) => {
    setError(text);
    alert(text);
    focusWrong();
  };
  const submit = async () => {
    if (busy) return;
    if (!pass) return fail(t('account.need_password'));
    if (new TextEncoder().encode(pass).length > kMaxBytes) return fail(t('account.password_too_long'));
    setError(null);
    setBusy(true);
    const result = await request<void>('POST', 'current/user/password', {body: {pass}});
    setBusy(false);
    if (!result.ok && result.status === 401) return;  // the login stands over the page now, and says so
    if (!result.ok) return fail(result.status === 0 ? t('error.unreachable') : t('error.server', {text: result.text}));
    setPass('');
    showToast(t('account.password_changed'));
  };
  return (
    <Section title={t('account.password')}>
      <Card>
        <form
          class="stack form pad"
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <input class="visually-hidden" type="text" autocomplete="username" value={user.value?.name ?? ''} readOnly tabIndex={-1} aria-hidden="true" />
          <Field label={t('account.new_password')} hint={t('account.password_hint')} error={error}>
            <PasswordInput value={pass} onInput={setPass} autocomplete="new-password" />
          </Field>
          <div>
            <Button type="submit" busy={busy}>
              {t('account.change_password')}
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}
