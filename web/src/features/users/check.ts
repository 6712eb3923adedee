import {t} from '../../i18n';
import type {Problem} from '../../parts/problem';

const longest = 72; // bytes of a password that bcrypt reads

/** What is wrong before the server is asked. */
export function check(name: string, pass: string, fresh: boolean): Problem | null {
  if (!name.trim()) return { field: 'name', text: t('pages.name_missing') };
  if (fresh && !pass) return { field: 'pass', text: t('users.pass_missing') };
  if (new TextEncoder().encode(pass).length > longest) return { field: 'pass', text: t('users.pass_long') };
  return null;
}
