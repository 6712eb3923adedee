// What a refusal means and what to do, in the words of the page. Texts that are not known here are quoted.
import {t} from '../i18n';
import type {Result} from '../lib/api';

export type Failure = Extract<Result<unknown>, { ok: false }>;
export interface Problem {
  /** Where it is shown; without one, at the end of the form. */
  field?: 'name' | 'pass' | 'admin' | 'days' | 'count' | 'picture' | 'config';
  text: string;
}

function known({ status, text, retryAfter }: Failure): Problem | null {
  if (status === 0) return { text: t('pages.unreachable') };
  if (/^Field 'name' is required/.test(text)) return { field: 'name', text: t('pages.name_missing') };
  if (/^Field 'pass' is required/.test(text)) return { field: 'pass', text: t('users.pass_missing') };
  if (/^Field 'days'/.test(text)) return { field: 'days', text: t('applications.days_range') };
  if (/^Field 'count'/.test(text)) return { field: 'count', text: t('applications.count_range') };
  if (text === 'username already exists' || text === 'duplicated key not allowed') return { field: 'name', text: t('users.taken') };
  if (text === 'cannot delete last admin') return { field: 'admin', text: t('users.last_admin') };
  if (text === 'cannot delete internal application') return { text: t('applications.internal_stays') };
  if (text.startsWith('session not elevated')) return { text: t('pages.not_confirmed') };
  if (text === 'you are not allowed to access this api') return { text: t('pages.not_allowed') };
  if (status === 404 && /exist|not found/.test(text)) return { text: t('pages.gone') };
  if (/^(file must be an image|invalid file extension|file with key)/.test(text)) return { field: 'picture', text: t('applications.picture_type') };
  if (status === 413) return { text: t('pages.too_large') };
  if (status === 503 || status === 429) return { text: t('pages.busy', { n: retryAfter ?? 5 }) };
  return null;
}

export function problem(failure: Failure): Problem {
  return known(failure) ?? { text: t('pages.server_says', { text: failure.text }) };
}

/** The text for a field, if the problem belongs there. */
export function at(found: Problem | null, field: Problem['field']): string | null {
  return found && found.field === field ? found.text : null;
}

/** The text for the end of a form that shows the fields in `own` itself. */
export function rest(found: Problem | null, ...own: Problem['field'][]): string | null {
  return found && !(found.field && own.includes(found.field)) ? found.text : null;
}
