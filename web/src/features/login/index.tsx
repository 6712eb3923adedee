import {t} from '../../i18n';
import {Entrance} from '../../shell/Entrance';
import {info} from '../../state/session';
import {LoginForm} from './LoginForm';

export default function LoginPage() {
  return (
    <Entrance title={t('login.title')} foot={info.value?.register ? <a href="#/register">{t('login.register')}</a> : undefined}>
      <LoginForm />
    </Entrance>
  );
}
