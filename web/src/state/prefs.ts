// What is set for this browser only.
import {signal} from '@preact/signals';
import * as storage from '../lib/storage';

export interface Prefs {
  theme: 'system' | 'light' | 'dark';
  density: 'comfortable' | 'compact';
  lang: 'auto' | 'en' | 'de';
  keys: boolean;
  sound: boolean;
  notify: boolean;
  muted: number[];  // applications that raise no notification here
  remotePictures: number[];  // applications whose pictures of other servers are shown at once
  askedAt: number;  // when the card about notifications was put away; milliseconds since 1970
}

const kName = 'prefs';
const kDefaults: Prefs = {theme: 'system', density: 'comfortable', lang: 'auto', keys: true, sound: true, notify: false,
  muted: [], remotePictures: [], askedAt: 0};

// A value of another kind than the default's is dropped: another version may have written it.
export function readPrefs(text: string | null): Prefs {
  let stored: Record<string, unknown> = {};
  try {
    const found: unknown = JSON.parse(text ?? '{}');
    if (typeof found === 'object' && found) stored = found as Record<string, unknown>;
  } catch {}
  const choices: Record<string, unknown[]> = {theme: ['system', 'light', 'dark'], density: ['comfortable', 'compact'], lang: ['auto', 'en', 'de']};
  const fits = (name: string, value: unknown, byDefault: unknown) => {
    if (Array.isArray(byDefault)) return Array.isArray(value) && value.every((one) => typeof one === 'number');
    return choices[name] ? choices[name].includes(value) : typeof value === typeof byDefault;
  };
  const kept = Object.entries(kDefaults).filter(([name, value]) => fits(name, stored[name], value)).map(([name]) => [name, stored[name]]);
  return {...kDefaults, ...Object.fromEntries(kept)};
}

export const prefs = signal<Prefs>(readPrefs(storage.read(kName)));

export function setPref<K extends keyof Prefs>(key: K, value: Prefs[K]): void {
  prefs.value = {...prefs.value, [key]: value};
  storage.write(kName, prefs.value);
}

// Another tab has changed them.
export function startPrefs(): void {
  addEventListener('storage', (event) => { if (event.key === storage.prefix() + kName) prefs.value = readPrefs(event.newValue); });
}
