// The preferences that change how everything looks, put on <html>.
import {effect} from '@preact/signals';
import {setLang} from '../i18n';
import {prefs} from '../state/prefs';

const kGround = {light: '#f5f6f8', dark: '#0f1216'};

/** The colour of the browser's own bars. */
function colourBars(theme: 'system' | 'light' | 'dark'): void {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  let meta = document.querySelector<HTMLMetaElement>('meta[name=theme-color]');
  if (!meta) {
    meta = document.createElement('meta');
    meta.name = 'theme-color';
    document.head.append(meta);
  }
  meta.content = dark ? kGround.dark : kGround.light;
}

export function startLook(): () => void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const changed = () => colourBars(prefs.value.theme);
  system.addEventListener('change', changed);
  const stops = [
    effect(() => {
      const {theme} = prefs.value;
      if (theme === 'system') delete root.dataset.theme;
      else root.dataset.theme = theme;
      colourBars(theme);
    }),
    effect(() => {
      root.dataset.density = prefs.value.density;
    }),
    effect(() => void setLang(prefs.value.lang)),
    () => system.removeEventListener('change', changed),
  ];
  return () => stops.forEach(stop => stop());
}
