import { signal } from '@preact/signals';
import { t } from '../../i18n';
import type { Message } from '../../lib/types';
import { say } from '../../state/announce';
import { toggle } from '../../state/messages';
import { seen } from '../../state/reads';
import { IconButton, Menu, copyText } from '../../ui';
import { removeOne } from './remove';

const query = typeof matchMedia === 'function' ? matchMedia('(pointer: coarse), (max-width: 599px)') : null;
const phone = signal(query?.matches ?? false);
query?.addEventListener('change', () => (phone.value = query.matches));

export async function copyMessage(message: Message) {
  say(t((await copyText(message.message)) ? 'messages.copied' : 'messages.copy_failed'));
}

/** Three buttons while the pointer or the focus is on the card; on phones a menu, always. */
export function CardActions({ message, unread, hot }: { message: Message; unread: boolean; hot: boolean }) {
  const { id } = message;
  if (phone.value) {
    const items = [
      { label: t('messages.copy'), icon: 'copy' as const, run: () => void copyMessage(message) },
      ...(unread ? [{ label: t('messages.mark_read'), icon: 'check' as const, run: () => seen(id) }] : []),
      { label: t('messages.select'), icon: 'check' as const, run: () => toggle(id) },
      { label: t('messages.delete'), icon: 'trash' as const, danger: true, run: () => removeOne(id) },
    ];
    return (
      <div class="msg-actions menu-only">
        <Menu label={t('messages.actions')} items={items} />
      </div>
    );
  }
  if (!hot) return null;
  return (
    <div class="msg-actions">
      <IconButton icon="copy" size={18} label={t('messages.copy')} keyHint="c" onClick={() => void copyMessage(message)} />
      {unread ? <IconButton icon="check" size={18} label={t('messages.mark_read')} keyHint="m" onClick={() => seen(id)} /> : null}
      <IconButton icon="trash" size={18} label={t('messages.delete')} keyHint="#" onClick={() => removeOne(id)} />
    </div>
  );
}
