// What somebody has typed and not saved, by page, until the tab closes. Never a password or a token.
import {useState} from 'preact/hooks';

const prefix = 'sg.draft.';

function stored(key: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(prefix + key) ?? '{}');
    return typeof found === 'object' && found && !Array.isArray(found) ? (found as Record<string, unknown>) : {};
  } catch {
    return {}; // no storage, or somebody else's text
  }
}

function store(key: string, changes: object): void {
  try {
    if (Object.keys(changes).length) sessionStorage.setItem(prefix + key, JSON.stringify(changes));
    else sessionStorage.removeItem(prefix + key);
  } catch {
    // It holds until the page is left.
  }
}

/** The fields of a draft that the form still has, of the kind that it has (or null: an empty number). */
export function fitting<T extends object>(saved: T, changes: Record<string, unknown>): Partial<T> {
  const kept = Object.entries(changes).filter(([name, value]) => {
    const known = (saved as Record<string, unknown>)[name];
    return name in saved && (typeof value === typeof known || value === null || (known === null && typeof value === 'number'));
  });
  return Object.fromEntries(kept) as Partial<T>;
}

/** Without the fields that are as saved: they follow what another device saves. */
export function differing<T extends object>(saved: T, changes: Partial<T>): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => saved[name as keyof T] !== value)) as Partial<T>;
}

export interface Draft<T> {
  value: T;
  dirty: boolean;
  set: (change: Partial<T>) => void;
  clear: () => void;
}

/** `saved` may change while the form is open: what has not been touched follows it. */
export function useDraft<T extends object>(key: string, saved: T): Draft<T> {
  const [state, setState] = useState<{ key: string; changes: Record<string, unknown> }>(() => ({ key, changes: stored(key) }));
  const changes = state.key === key ? state.changes : stored(key);
  const fit = differing(saved, fitting(saved, changes));
  const put = (next: Partial<T>) => {
    store(key, next);
    setState({ key, changes: next as Record<string, unknown> });
  };
  return {
    value: { ...saved, ...fit },
    dirty: Object.keys(fit).length > 0,
    set: change => put(differing(saved, { ...fit, ...change })),
    clear: () => put({}),
  };
}
