import {t, type Key} from '../../i18n';
import {ask, permission, turnOff} from '../../state/notify';
import {prefs, setPref} from '../../state/prefs';
import {Button, Card, Icon, Section, SettingRow, Switch, type IconName} from '../../ui';
import {PushSettings} from './PushSettings';

function Note({icon, title, text}: {icon: IconName; title?: string; text: string}) {
  return (
    <div class="note">
      <Icon name={icon} size={24} />
      <div>
        {title ? <h3>{title}</h3> : null}
        <p>{text}</p>
      </div>
    </div>
  );
}

const kSteps: {icon: IconName; text: Key}[] = [
  {icon: 'share', text: 'notify.ios_1'},
  {icon: 'plus', text: 'notify.ios_2'},
  {icon: 'bell', text: 'notify.ios_3'},
];

/** iOS gives notifications only to pages on the Home Screen. */
function InstallSteps() {
  return (
    <div class="steps-box">
      <h3>{t('notify.ios_title')}</h3>
      <p class="muted">{t('notify.ios_lead')}</p>
      <ol class="install-steps">
        {kSteps.map((step, i) => (
          <li key={step.text} class="install-step">
            <span class="install-picture">
              <Icon name={step.icon} size={28} />
            </span>
            <span class="install-number" aria-hidden="true">
              {i + 1}
            </span>
            <span>{t(step.text)}</span>
          </li>
        ))}
      </ol>
      <p class="muted small">{t('notify.ios_old')}</p>
    </div>
  );
}

function Switches() {
  const on = prefs.value.notify && permission.value === 'granted';
  return (
    <>
      <SettingRow label={t('notify.desktop')} hint={t('notify.desktop_hint')}>
        {permission.value === 'granted' ? (
          <Switch checked={on} onChange={wanted => void (wanted ? ask() : turnOff())} />
        ) : (
          <Button kind="primary" icon="bell" onClick={() => void ask()}>
            {t('notify.allow')}
          </Button>
        )}
      </SettingRow>
      <SettingRow label={t('notify.sound')} hint={t('notify.sound_hint')}>
        <Switch checked={prefs.value.sound} onChange={sound => setPref('sound', sound)} />
      </SettingRow>
    </>
  );
}

export function Notifications() {
  const state = permission.value;
  return (
    <Section title={t('notify.title')}>
      <Card>
        {state === 'insecure' ? <Note icon="shield" title={t('notify.insecure_title')} text={t('notify.insecure')} /> : null}
        {state === 'unsupported' ? <Note icon="bell-off" text={t('notify.unsupported')} /> : null}
        {state === 'denied' ? <Note icon="bell-off" title={t('notify.denied_title')} text={t('notify.denied')} /> : null}
        {state === 'install' ? <InstallSteps /> : null}
        {state === 'default' || state === 'granted' ? <Switches /> : null}
      </Card>
      {state === 'default' || state === 'granted' ? (
        <Card>
          <PushSettings />
        </Card>
      ) : null}
    </Section>
  );
}
