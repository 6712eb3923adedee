export type Row =
  | { kind: 'day'; key: string; date: string }
  | { kind: 'new'; key: 'new'; at: number }
  | { kind: 'message'; key: number; index: number };

/** The rows of the list: the messages with a heading for each day, and the line below what has come since. */
export function toRows(ids: readonly number[], dateOf: (id: number) => string, since: { id: number; at: number } | null): Row[] {
  const rows: Row[] = [];
  const seen = new Set<string>();
  let day: string | null = null;
  let line = since !== null;
  ids.forEach((id, index) => {
    const date = dateOf(id);
    const own = dayOf(date);
    const older = line && id <= since!.id;
    // a line on top of everything would say nothing
    if (older && index > 0) rows.push({ kind: 'new', key: 'new', at: since!.at });
    if (older) line = false;
    if (own !== day) {
      // A server whose clock was wrong can have a day twice.
      rows.push({ kind: 'day', key: seen.has(own) ? `day ${own} ${id}` : `day ${own}`, date });
      seen.add(own);
    }
    day = own;
    rows.push({ kind: 'message', key: id, index });
  });
  return rows;
}

const days = new Map<string, string>();

/** The local day of a date. Kept by hour, as parsing 10,000 dates on each change takes too long. */
export function dayOf(date: string): string {
  const hour = date.slice(0, 13) + date.slice(19);
  const key = hour.replace(/\.\d+/, '');
  const known = days.get(key);
  if (known !== undefined) return known;
  const time = new Date(date);
  const day = Number.isNaN(time.getTime()) ? '' : `${time.getFullYear()}-${time.getMonth() + 1}-${time.getDate()}`;
  if (days.size > 5000) days.clear();
  // An offset of a quarter or half an hour puts midnight inside an hour of the server's zone.
  if (time.getTimezoneOffset() % 60 === 0) days.set(key, day);
  return day;
}
