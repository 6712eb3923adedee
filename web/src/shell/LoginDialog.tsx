import {LoginForm} from '../features/login/LoginForm';
import {t} from '../i18n';
import {logout, phase, user} from '../state/session';
import {Button, Dialog} from '../ui';

/** The session has ended while a page was open: the page and its drafts stay, below this. */
export function LoginDialog() {
  if (phase.value !== 'expired') return null;
  const name = user.value?.name ?? '';
  return (
    <Dialog title={t('login.again')} onClose={() => {}} firm>
      <p class="muted">{t('login.again_lead')}</p>
      <LoginForm name={name} fixedName={name !== ''} />
      <Button class="quiet" onClick={() => void logout()}>
        {t('login.other')}
      </Button>
    </Dialog>
  );
}
