import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import {alert} from '../../state/announce';
import {deviceName, info, login} from '../../state/session';
import {Button, Field, PasswordInput, TextInput, focusWrong} from '../../ui';

type Errors = {name?: string; pass?: string};

/** Name and password. `fixedName`: the session of this person has ended, nobody else's page is open here. */
export function LoginForm({name: given = '', fixedName}: {name?: string; fixedName?: boolean}) {
  const [name, setName] = useState(given);
  const [pass, setPass] = useState('');
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const fail = (found: Errors) => {
    setErrors(found);
    alert(found.name ?? found.pass ?? '');
    focusWrong();
  };
  const submit = async () => {
    if (busy) return;
    if (!name) return fail({name: t('login.need_name')});
    if (!pass) return fail({pass: t('login.need_password')});
    setBusy(true);
    setErrors({});
    const result = await login(name, pass);
    setBusy(false);
    if (result.ok) return;
    if (result.status === 401) return fail({pass: t('login.wrong')});
    fail({pass: result.status === 0 ? t('error.unreachable') : t('error.server', {text: result.text})});
  };
  return (
    <form
      class="stack form"
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field label={t('login.name')} error={errors.name}>
        <TextInput
          value={name}
          onInput={setName}
          name="username"
          autocomplete="username"
          autocapitalize="off"
          spellcheck={false}
          readOnly={fixedName}
          autofocus={!fixedName}
        />
      </Field>
      <Field label={t('login.password')} error={errors.pass}>
        <PasswordInput value={pass} onInput={setPass} name="password" autocomplete="current-password" autofocus={fixedName} />
      </Field>
      <Button kind="primary" type="submit" busy={busy} class="block">
        {t('login.submit')}
      </Button>
      {info.value?.oidc ? (
        <>
          <p class="divider">
            <span>{t('login.or')}</span>
          </p>
          <a class="button plain block" href={`auth/oidc/login?name=${encodeURIComponent(deviceName(navigator.userAgent))}`}>
            <span class="button-text">{t('login.oidc')}</span>
          </a>
        </>
      ) : null}
    </form>
  );
}
