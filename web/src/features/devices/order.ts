import type {Client} from '../../lib/types';

/** This one first, then those that listen, then by their last use. */
export function sorted(all: readonly Client[], own: number | undefined, online: (id: number) => boolean | undefined): Client[] {
  const rank = (one: Client) => (one.id === own ? 0 : online(one.id) ? 1 : 2);
  return [...all].sort((a, b) => rank(a) - rank(b) || (b.lastUsed ?? '').localeCompare(a.lastUsed ?? '') || a.id - b.id);
}
