import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import {alert} from '../../state/announce';
import {go} from '../../state/route';
import {register} from '../../state/session';
import {Button, Field, PasswordInput, TextInput, focusWrong} from '../../ui';
import {Entrance} from '../../shell/Entrance';

type Errors = {name?: string; pass?: string; again?: string};

function check(name: string, pass: string, again: string): Errors {
  if (!name) return {name: t('login.need_name')};
  if (!pass) return {pass: t('login.need_password')};
  return pass === again ? {} : {again: t('register.differ')};
}

/** The server's words, at the field that they are about. */
function explain(status: number, text: string): Errors {
  if (status === 0) return {again: t('error.unreachable')};
  if (text === 'username already exists') return {name: t('register.taken')};
  const words = t('error.server', {text});
  if (/name/i.test(text)) return {name: words};
  return /pass|72/i.test(text) ? {pass: words} : {again: words};
}

export default function RegisterPage() {
  const [name, setName] = useState('');
  const [pass, setPass] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const fail = (found: Errors) => {
    setErrors(found);
    alert(found.name ?? found.pass ?? found.again ?? '');
    focusWrong();
  };
  const submit = async () => {
    if (busy) return;
    const wrong = check(name, pass, again);
    if (Object.keys(wrong).length) return fail(wrong);
    setBusy(true);
    setErrors({});
    const made = await register(name, pass);
    setBusy(false);
    if (made.ok) go('#/', true);
    else fail(explain(made.status, made.text));
  };
  return (
    <Entrance title={t('register.title')} foot={<a href="#/login">{t('register.have')}</a>}>
      <form
        class="stack form"
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={t('login.name')} error={errors.name}>
          <TextInput value={name} onInput={setName} autocomplete="username" autocapitalize="off" spellcheck={false} autofocus />
        </Field>
        <Field label={t('login.password')} error={errors.pass}>
          <PasswordInput value={pass} onInput={setPass} autocomplete="new-password" />
        </Field>
        <Field label={t('register.repeat')} error={errors.again}>
          <PasswordInput value={again} onInput={setAgain} autocomplete="new-password" />
        </Field>
        <Button kind="primary" type="submit" busy={busy} class="block">
          {t('register.submit')}
        </Button>
      </form>
    </Entrance>
  );
}
