const day = 86_400;
export const usual = [7, 30, 90, 365].map((days) => days * day);

export interface Span { unit: 'days' | 'hours' | 'minutes' | 'seconds'; n: number }

/** Whole units only, so that nothing is rounded: 90 minutes stay 90 minutes. */
export function span(seconds: number): Span {
  if (seconds % day === 0) return { unit: 'days', n: seconds / day };
  if (seconds % 3600 === 0) return { unit: 'hours', n: seconds / 3600 };
  if (seconds % 60 === 0) return { unit: 'minutes', n: seconds / 60 };
  return { unit: 'seconds', n: seconds };
}

/** What can be chosen: the usual ones, never (0), and what the device has now if it is another one. */
export function choices(now: number): number[] {
  const all = now > 0 && !usual.includes(now) ? [...usual, now].sort((a, b) => a - b) : [...usual];
  return [...all, 0];
}
