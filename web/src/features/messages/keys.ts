import { bind } from '../../shell/keys';
import { apps } from '../../state/apps';
import { clearSelection, extendTo, get, selection, toggle, visible } from '../../state/messages';
import { markAll, seen } from '../../state/reads';
import { copyMessage } from './CardActions';
import { showApp, shownApp } from './filter-words';
import { composing, cursor, feed, moveTo, opened, setOpen, swiped, testing, toggleOpen } from './page';
import { removeAt } from './remove';
import { readSelected, removeSelected } from './SelectionBar';
import { testApp } from './test';
import { closeSwiped } from './touch';

/** The message that keys are about: the one with the focus, if it is still in the list. */
function current(): number | undefined {
  const id = cursor.peek();
  return id !== null && visible.peek().includes(id) ? id : undefined;
}

function step(by: 1 | -1): number | undefined {
  const ids = visible.peek();
  const at = current();
  // After scrolling on by other means, it goes on from what is in sight.
  if (at === undefined || !feed.current?.element(at)) return feed.current?.firstInSight() ?? ids[0];
  return ids[ids.indexOf(at) + by];
}

function move(by: 1 | -1) {
  const next = step(by);
  if (next !== undefined) moveTo(next);
}

function extend(by: 1 | -1) {
  const from = current();
  const next = step(by);
  if (from !== undefined && selection.peek().size === 0) toggle(from);
  if (next === undefined) return;
  extendTo(next);
  moveTo(next);
}

function withCurrent(run: (id: number) => void): () => boolean {
  return () => {
    const id = current();
    if (id === undefined) return false;
    run(id);
    return true;
  };
}

function openLink(id: number) {
  const element = feed.current?.element(id);
  element?.querySelector<HTMLElement>('[data-click] a, [data-click] button, .msg-body a')?.click();
}

function removeIt(): boolean {
  if (selection.peek().size > 0) removeSelected();
  else {
    const id = current();
    if (id === undefined) return false;
    removeAt([id]);
  }
  return true;
}

function readIt(): boolean {
  if (selection.peek().size > 0) readSelected();
  else {
    const id = current();
    if (id === undefined) return false;
    seen(id);
  }
  return true;
}

function otherApp(by: 1 | -1) {
  const ids = [undefined, ...apps.peek().map(({ id }) => id)];
  const at = ids.indexOf(shownApp());
  const next = at + by;
  if (next >= 0 && next < ids.length) showApp(ids[next]);
}

// What Esc takes back, one at a time: the swipe, the selection, the test, the open message.
function escape(): boolean {
  if (swiped.peek() !== null) closeSwiped();
  else if (selection.peek().size > 0) clearSelection();
  else if (testing.peek()) testing.value = null;
  else {
    const id = current();
    if (id === undefined || !opened.peek().has(id)) return false;
    setOpen(id, false);
  }
  return true;
}

export function bindKeys(openSearch: () => void): () => void {
  return bind('messages', {
    j: () => move(1),
    k: () => move(-1),
    J: () => extend(1),
    K: () => extend(-1),
    Enter: withCurrent(toggleOpen),
    o: withCurrent(openLink),
    c: withCurrent((id) => {
      const message = get(id);
      if (message) void copyMessage(message);
    }),
    x: withCurrent(toggle),
    '#': removeIt,
    Del: removeIt,
    m: readIt,
    M: () => markAll(shownApp()),
    '/': openSearch,
    h: () => otherApp(-1),
    l: () => otherApp(1),
    n: () => {
      composing.value = true;
    },
    t: () => testApp(),
    Esc: escape,
  });
}
