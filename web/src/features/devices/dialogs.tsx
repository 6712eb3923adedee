import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Client} from '../../lib/types';
import {Confirm} from '../../parts/Confirm';
import {FormError} from '../../parts/FormError';
import {at, problem, rest, type Problem} from '../../parts/problem';
import {showToast} from '../../state/announce';
import * as devices from '../../state/devices';
import {logout} from '../../state/session';
import {Button, Dialog, Field, Select, TextInput} from '../../ui';
import {choices, span} from './expiry';

export function spanText(seconds: number): string {
  const { unit, n } = span(seconds);
  return t(`devices.${unit}`, { n });
}

export function expiryOptions(now: number): { value: string; label: string }[] {
  return choices(now).map(seconds => ({
    value: String(seconds),
    label: seconds ? t('devices.after', { span: spanText(seconds) }) : t('devices.never'),
  }));
}

type Props = { device: Client; onClose: () => void };

function Buttons({ busy, onClose }: { busy: boolean; onClose: () => void }) {
  return (
    <>
      <Button onClick={onClose}>{t('pages.cancel')}</Button>
      <Button type="submit" kind="primary" busy={busy}>
        {t('pages.save')}
      </Button>
    </>
  );
}

export function RenameDialog({ device, onClose }: Props) {
  const [name, setName] = useState(device.name);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const save = async () => {
    if (!name.trim()) return setWrong({ field: 'name', text: t('pages.name_missing') });
    setBusy(true);
    const done = await devices.rename(device.id, name.trim());
    setBusy(false);
    return done.ok ? onClose() : setWrong(problem(done));
  };
  return (
    <Dialog title={t('devices.rename_title', { name: device.name })} onClose={onClose} onSubmit={save} actions={<Buttons busy={busy} onClose={onClose} />}>
      <div class="stack">
        <Field label={t('devices.name')} error={at(wrong, 'name')}>
          <TextInput value={name} onInput={setName} maxLength={1024} autocomplete="off" />
        </Field>
        <FormError text={rest(wrong, 'name')} />
      </div>
    </Dialog>
  );
}

export function ExpiryDialog({ device, onClose }: Props) {
  const now = device.expiresAfterInactivitySeconds ?? 0;
  const [seconds, setSeconds] = useState(String(now));
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const save = async () => {
    setBusy(true);
    const done = await devices.setExpiry(device.id, Number(seconds));
    setBusy(false);
    return done.ok ? onClose() : setWrong(problem(done));
  };
  return (
    <Dialog title={t('devices.expiry_title', { name: device.name })} onClose={onClose} onSubmit={save} actions={<Buttons busy={busy} onClose={onClose} />}>
      <div class="stack">
        <Field label={t('devices.expiry')} hint={t('devices.expiry_hint')}>
          <Select value={seconds} options={expiryOptions(now)} onChange={setSeconds} />
        </Field>
        <FormError text={rest(wrong)} />
      </div>
    </Dialog>
  );
}

export function RemoveDialog({ device, own, onClose }: Props & { own: boolean }) {
  const remove = async (): Promise<Problem | null> => {
    if (own) {
      await logout();
      return null;
    }
    const done = await devices.remove(device.id);
    if (!done.ok) return problem(done);
    showToast(t('devices.removed', { name: device.name }));
    return null;
  };
  return (
    <Confirm title={t('devices.remove_title', { name: device.name })} action={own ? t('devices.sign_out') : t('devices.remove')} run={remove} onClose={onClose}>
      <p>{own ? t('devices.remove_own') : t('devices.remove_ask')}</p>
    </Confirm>
  );
}
