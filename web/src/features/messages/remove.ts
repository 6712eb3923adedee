import { remove, visible } from '../../state/messages';
import { cursor, feed, moveTo, swiped } from './page';

/** Deletes them; if the cursor was on one, it moves to the next that stays, as one expects who goes on deleting. */
export function removeAt(ids: number[]) {
  const gone = new Set(ids);
  const before = visible.peek();
  const at = cursor.peek();
  const focused = at !== null && gone.has(at) && feed.current?.element(at)?.contains(document.activeElement);
  const from = at === null ? -1 : before.indexOf(at);
  const stays = (id: number) => !gone.has(id);
  const next = from < 0 ? undefined : (before.slice(from).find(stays) ?? before.slice(0, from).findLast(stays));
  swiped.value = null;
  remove(ids);
  if (at === null || !gone.has(at)) return;
  if (next === undefined) cursor.value = null;
  else if (focused || document.activeElement === document.body) requestAnimationFrame(() => moveTo(next));
  else cursor.value = next;
}

export function removeOne(id: number) {
  removeAt([id]);
}
