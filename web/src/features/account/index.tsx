import {t} from '../../i18n';
import {helpOpen} from '../../shell/HelpSheet';
import {Page} from '../../shell/Page';
import {prefs, setPref} from '../../state/prefs';
import {info, logout, user} from '../../state/session';
import {Button, Card, Icon, Section, Select, SettingRow, Switch} from '../../ui';
import {Notifications} from './Notifications';
import {Password} from './Password';

function Appearance() {
  const {theme, density, lang, keys} = prefs.value;
  return (
    <Section title={t('account.appearance')} hint={t('account.this_browser')}>
      <Card>
        <SettingRow label={t('account.theme')}>
          <Select
            value={theme}
            options={[
              {value: 'system', label: t('account.theme_system')},
              {value: 'light', label: t('account.theme_light')},
              {value: 'dark', label: t('account.theme_dark')},
            ]}
            onChange={value => setPref('theme', value)}
          />
        </SettingRow>
        <SettingRow label={t('account.density')}>
          <Select
            value={density}
            options={[
              {value: 'comfortable', label: t('account.comfortable')},
              {value: 'compact', label: t('account.compact')},
            ]}
            onChange={value => setPref('density', value)}
          />
        </SettingRow>
        <SettingRow label={t('account.language')}>
          <Select
            value={lang}
            options={[
              {value: 'auto', label: t('account.lang_auto')},
              {value: 'en', label: t('account.lang_en')},
              {value: 'de', label: t('account.lang_de')},
            ]}
            onChange={value => setPref('lang', value)}
          />
        </SettingRow>
        <SettingRow label={t('account.keys')} hint={t('account.keys_hint')}>
          <Switch checked={keys} onChange={value => setPref('keys', value)} />
        </SettingRow>
        <div class="setting-actions">
          <Button icon="keyboard" onClick={() => (helpOpen.value = true)}>
            {t('account.show_keys')}
          </Button>
        </div>
      </Card>
    </Section>
  );
}

function Program() {
  return (
    <Section title={t('account.program')}>
      <Card>
        <a class="link-row" href="docs" target="_blank" rel="noopener">
          <span class="grow">
            <span class="link-row-title">{t('account.api')}</span>
            <span class="muted small">{t('account.api_hint')}</span>
          </span>
          <Icon name="external" size={18} />
        </a>
        {info.value ? <p class="setting-note muted small">{t('account.version', {version: info.value.version})}</p> : null}
      </Card>
    </Section>
  );
}

function Self() {
  const name = user.value?.name ?? '';
  return (
    <Card class="self">
      <span class="self-picture" aria-hidden="true">
        <Icon name="user" size={24} />
      </span>
      <div class="grow">
        <p class="self-name ellipsis">{name}</p>
        {user.value?.admin ? <p class="muted small">{t('account.administrator')}</p> : null}
      </div>
      <Button icon="exit" onClick={() => void logout()} title={t('account.sign_out_hint')}>
        {t('account.sign_out')}
      </Button>
    </Card>
  );
}

export default function AccountPage() {
  return (
    <Page title={t('account.title')}>
      <Self />
      <Appearance />
      <Notifications />
      <Password />
      <Program />
    </Page>
  );
}
