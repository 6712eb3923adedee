// The title of the tab: unread count, page, name of the program.
import {effect, signal} from '@preact/signals';
import {t} from '../i18n';
import {total} from '../state/reads';

const page = signal('');

export function setTitle(title: string): void {
  page.value = title;
}

export function titleOf(title: string, unread: number, name: string): string {
  const count = unread > 99 ? '(99+) ' : unread > 0 ? `(${unread}) ` : '';
  return count + (title && title !== name ? `${title} · ${name}` : name);
}

export function startTitle(): () => void {
  return effect(() => {
    document.title = titleOf(page.value, total.value, t('shell.name'));
  });
}
