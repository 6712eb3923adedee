// Dates as people read them, and the one clock of the page.
import {signal, type ReadonlySignal} from '@preact/signals';

const kClock = signal(Date.now());
export const now: ReadonlySignal<number> = kClock;  // changes every 30 s, and when the page becomes visible

export function startClock(): void {
  const tick = () => { kClock.value = Date.now(); };
  setInterval(tick, 30_000);
  document.addEventListener('visibilitychange', tick);
}

const kMinute = 60_000, kHour = 60 * kMinute, kDay = 24 * kHour;

// Formatters are slow to make: one for each language and kind.
const kFormats = new Map<string, Intl.DateTimeFormat>();
function format(lang: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + JSON.stringify(options);
  let found = kFormats.get(key);
  if (!found) kFormats.set(key, found = new Intl.DateTimeFormat(lang, options));
  return found;
}

const kRelative = new Map<string, Intl.RelativeTimeFormat>();
function relativeFormat(lang: string): Intl.RelativeTimeFormat {
  let found = kRelative.get(lang);
  if (!found) kRelative.set(lang, found = new Intl.RelativeTimeFormat(lang, {numeric: 'auto', style: 'short'}));
  return found;
}

// "now", "2 min. ago", "3 hr. ago", "yesterday" up to 6 days either way, then the date.
export function relative(date: string, at: number, lang: string): string {
  const time = Date.parse(date);
  if (Number.isNaN(time)) return '';
  const distance = time - at, size = Math.abs(distance);
  const whole = (unit: number) => Math.trunc(distance / unit) || 0;  // never -0
  if (size < kMinute) return relativeFormat(lang).format(0, 'second');
  if (size < kHour) return relativeFormat(lang).format(whole(kMinute), 'minute');
  if (size < kDay) return relativeFormat(lang).format(whole(kHour), 'hour');
  if (size < 7 * kDay) return relativeFormat(lang).format(whole(kDay), 'day');
  const year = new Date(time).getFullYear() !== new Date(at).getFullYear();
  return format(lang, {day: 'numeric', month: 'short', ...(year && {year: 'numeric'})}).format(time);
}

export function absolute(date: string, lang: string): string {
  const time = Date.parse(date);
  if (Number.isNaN(time)) return '';
  return format(lang, {dateStyle: 'medium', timeStyle: 'medium'}).format(time);
}

// "14:02"
export function clock(time: number, lang: string): string {
  return format(lang, {timeStyle: 'short'}).format(time);
}

const startOfDay = (time: number) => new Date(time).setHours(0, 0, 0, 0);

// "Today", "Yesterday", "Monday" up to 6 days back, then the date.
export function dayLabel(date: string, at: number, lang: string): string {
  const time = Date.parse(date);
  if (Number.isNaN(time)) return '';
  const days = Math.round((startOfDay(at) - startOfDay(time)) / kDay);  // a day of 23 or 25 hours is still one
  if (days === 0 || days === 1) {
    const text = new Intl.RelativeTimeFormat(lang, {numeric: 'auto'}).format(-days, 'day');
    return text.charAt(0).toLocaleUpperCase(lang) + text.slice(1);
  }
  if (days > 1 && days < 7) return format(lang, {weekday: 'long'}).format(time);
  return format(lang, {dateStyle: 'long'}).format(time);
}
