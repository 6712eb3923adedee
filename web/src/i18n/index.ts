// Texts. English is in the first load and is the type; German arrives when it is chosen. A value is a text with `{name}` places, or
// {one, other}, chosen by `n`.
import {signal} from '@preact/signals';
import {en, type Catalogue} from './en';

export type Key = keyof typeof en;
export type Lang = 'en' | 'de';
export type Params = Record<string, string | number>;

/** The language of the texts that are shown now. */
export const lang = signal<Lang>('en');

const catalogues: Partial<Record<Lang, Catalogue>> = { en };
const rules = new Map<Lang, Intl.PluralRules>();
const numbers = new Map<Lang, Intl.NumberFormat>();

function pluralRules(l: Lang): Intl.PluralRules {
  let found = rules.get(l);
  if (!found) rules.set(l, (found = new Intl.PluralRules(l)));
  return found;
}

/** A number as people write it in the language that is shown. */
export function number(n: number): string {
  const l = lang.value;
  let found = numbers.get(l);
  if (!found) numbers.set(l, (found = new Intl.NumberFormat(l)));
  return found.format(n);
}

/** The text of a key. Reading it in a component follows the language. */
export function t(key: Key, params?: Params): string {
  const l = lang.value;
  const value = catalogues[l]?.[key] ?? en[key];
  const text = typeof value === 'string' ? value : value[pluralRules(l).select(Number(params?.n ?? 0)) === 'one' ? 'one' : 'other'];
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const found = params[name];
    return found === undefined ? whole : typeof found === 'number' ? number(found) : found;
  });
}

/** What `auto` means: the first of the browser's languages that has texts. */
export function preferred(languages: readonly string[]): Lang {
  for (const tag of languages) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'en' || base === 'de') return base;
  }
  return 'en';
}

let wanted: Lang = 'en';

/** Loads the texts if need be, then shows them. If they cannot be loaded, the language stays as it is. */
export async function setLang(choice: Lang | 'auto'): Promise<void> {
  const next = choice === 'auto' ? preferred(navigator.languages ?? [navigator.language]) : choice;
  wanted = next;
  if (!catalogues[next]) {
    try {
      catalogues.de = (await import('./de')).de;
    } catch {
      return;
    }
  }
  if (wanted !== next) return;
  lang.value = next;
  document.documentElement.lang = next;
}
