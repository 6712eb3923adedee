import { prefix } from '../../lib/storage';

export type Draft = { appid: number; title: string; message: string; priority: number | null; markdown: boolean; key: string };

const kName = 'compose';

/** A new one for each message; the same for each try of it. randomUUID is there with https only. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function emptyDraft(appid: number): Draft {
  return { appid, title: '', message: '', priority: null, markdown: false, key: newKey() };
}

/** What was typed before a reload or an error. What is stored may be of another version, so each part is checked. */
export function readDraft(): Draft | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(prefix() + kName) ?? 'null') as Partial<Draft> | null;
    if (!found || typeof found.message !== 'string' || typeof found.title !== 'string' || typeof found.appid !== 'number')
      return undefined;
    const priority = typeof found.priority === 'number' ? found.priority : null;
    const key = typeof found.key === 'string' && /^[0-9a-f]{32}$/.test(found.key) ? found.key : newKey();
    return { appid: found.appid, title: found.title, message: found.message, priority, markdown: found.markdown === true, key };
  } catch {
    return undefined;
  }
}

export function keepDraft(draft: Draft | undefined) {
  try {
    if (draft && (draft.title || draft.message)) sessionStorage.setItem(prefix() + kName, JSON.stringify(draft));
    else sessionStorage.removeItem(prefix() + kName);
  } catch {
    // Storage is switched off: the text lasts as long as the page.
  }
}

/** Another text is another message, so it needs a key of its own. */
export function changed(draft: Draft, part: Partial<Draft>): Draft {
  return { ...draft, ...part, key: newKey() };
}

export function bodyOf(draft: Draft): Record<string, unknown> {
  return {
    appid: draft.appid,
    message: draft.message,
    ...(draft.title.trim() && { title: draft.title }),
    ...(draft.priority !== null && { priority: draft.priority }),
    ...(draft.markdown && { extras: { 'client::display': { contentType: 'text/markdown' } } }),
  };
}
