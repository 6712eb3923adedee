import {number, t} from '../../i18n';

export function count(value: number | null): string {
  return value === null ? '–' : number(Math.round(value));
}

export function perSecond(value: number | null): string {
  if (value === null) return '–';
  return t('server.per_second', { value: number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value)) });
}

/** 900 B, 61 MB, 1.2 GB; by 1000, as disks are sold and `ls --si` says. */
export function bytes(value: number | null): string {
  if (value === null) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let n = value;
  while (n >= 999.5 && at < units.length - 1) {
    n /= 1000;
    at++;
  }
  return `${number(n < 10 && at ? Math.round(n * 10) / 10 : Math.round(n))} ${units[at]}`;
}

/** 0.4 ms, 14 ms, 1.2 s */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  const ms = seconds * 1000;
  if (ms < 10) return `${number(Math.round(ms * 10) / 10)} ms`;
  if (ms < 1000) return `${number(Math.round(ms))} ms`;
  return `${number(Math.round(ms / 100) / 10)} s`;
}

/** "12 days", "3 hours", "5 minutes", "8 seconds": how long something has lasted, in one unit. */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return t('devices.seconds', {n: seconds});
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('devices.minutes', {n: minutes});
  return minutes < 2880 ? t('devices.hours', {n: Math.floor(minutes / 60)}) : t('devices.days', {n: Math.floor(minutes / 1440)});
}
