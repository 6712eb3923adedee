/** The place in the list that a row dragged to `y` would take, given the middles of all rows: 0 is before the first. */
export function slot(middles: readonly number[], y: number): number {
  let at = 0;
  while (at < middles.length && y >= middles[at]!) at++;
  return at;
}

/**
 * Row `from` goes into the gap `gap` (0 = before the first row, n = after the last). Answers the id that it will stand
 * before (undefined = at the end), or null if it stands there already.
 */
export function target(ids: readonly number[], from: number, gap: number): { before?: number } | null {
  if (from < 0 || from >= ids.length || gap === from || gap === from + 1) return null;
  const at = Math.min(Math.max(gap, 0), ids.length);
  return at === ids.length ? {} : { before: ids[at]! };
}

/** The gap that one step up or down means, or null at the end of the list. */
export function step(count: number, from: number, by: -1 | 1): number | null {
  const to = from + by;
  if (to < 0 || to >= count) return null;
  return by < 0 ? to : to + 1;
}
