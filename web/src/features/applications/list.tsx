import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Application} from '../../lib/types';
import {problem} from '../../parts/problem';
import {useRowKeys} from '../../parts/rows';
import {alert, say, showToast} from '../../state/announce';
import * as apps from '../../state/apps';
import {prefs, setPref} from '../../state/prefs';
import {counts} from '../../state/reads';
import {AppPicture, Count, IconButton, Time} from '../../ui';
import {slot, step, target} from './order';

export function setMuted(id: number, on: boolean): void {
  const others = prefs.value.muted.filter(one => one !== id);
  setPref('muted', on ? [...others, id] : others);
}

async function moveTo(all: Application[], id: number, gap: number): Promise<void> {
  const from = all.findIndex(app => app.id === id);
  const to = target(all.map(app => app.id), from, gap);
  if (!to) return;
  const done = await apps.move(id, to.before);
  if (!done.ok) {
    showToast(problem(done).text);
    return alert(problem(done).text);
  }
  say(t('applications.moved', { name: all[from]!.name, at: gap > from ? gap : gap + 1, of: all.length }));
}

interface Drag { id: number; gap: number }

/** A pointer drags a row by its handle: the rows stay, a line shows where it will go. Esc leaves everything as it was. */
function useDrag(all: Application[]) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const current = useRef<Drag | null>(null);
  const put = (next: Drag | null) => {
    current.current = next;
    setDrag(next);
  };
  useEffect(() => {
    if (!drag) return;
    const cancel = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      put(null);
    };
    addEventListener('keydown', cancel, true);
    return () => removeEventListener('keydown', cancel, true);
  }, [drag !== null]);
  const handle = (id: number) => ({
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      event.preventDefault();
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      put({ id, gap: all.findIndex(app => app.id === id) });
    },
    onPointerMove: (event: PointerEvent) => {
      if (!current.current || !list.current) return;
      const middles = [...list.current.children].map(row => {
        const box = row.getBoundingClientRect();
        return box.top + box.height / 2;
      });
      const edge = 56;
      if (event.clientY < edge) scrollBy(0, -12);
      else if (event.clientY > innerHeight - edge) scrollBy(0, 12);
      put({ id, gap: slot(middles, event.clientY) });
    },
    onPointerUp: () => {
      const last = current.current;
      put(null);
      if (last) void moveTo(all, last.id, last.gap);
    },
    onPointerCancel: () => put(null),
  });
  return { list, drag, handle };
}

export function List({ all }: { all: Application[] }) {
  const { list, drag, handle } = useDrag(all);
  const from = drag ? all.findIndex(app => app.id === drag.id) : -1;
  const goes = drag ? target(all.map(app => app.id), from, drag.gap) !== null : false;
  useRowKeys('applications');
  const arrows = (id: number, index: number) => (event: KeyboardEvent) => {
    const by = event.altKey ? { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key] : undefined;
    if (!by) return;
    event.preventDefault();
    const gap = step(all.length, index, by);
    if (gap !== null) void moveTo(all, id, gap);
  };
  return (
    <ol class={`list apps${drag ? ' dragging' : ''}`} ref={list}>
      {all.map((app, i) => {
        const line = goes && drag?.gap === i ? ' line-before' : goes && drag?.gap === all.length && i === all.length - 1 ? ' line-after' : '';
        return (
          <li key={app.id} class={`list-row app-row${drag?.id === app.id ? ' moved' : ''}${line}`} data-list-row onKeyDown={arrows(app.id, i)}>
            <IconButton class="handle" icon="drag" label={t('applications.drag', { name: app.name })} keyHint="Alt ↑ ↓" {...handle(app.id)} />
            <AppRow app={app} />
          </li>
        );
      })}
    </ol>
  );
}

function AppRow({ app }: { app: Application }) {
  const unread = counts.value.get(app.id) ?? 0;
  const muted = prefs.value.muted.includes(app.id);
  return (
    <>
      <AppPicture app={app} />
      <div class="list-main">
        <p class="list-title">
          <a class="row-link ellipsis" href={`#/applications/${app.id}`} data-row={app.id}>
            {app.name}
          </a>
          <Count n={unread} />
        </p>
        <p class="list-more">
          {app.description ? <span class="ellipsis">{app.description}</span> : null}
          <span class="nowrap">
            {app.lastUsed ? (
              <>
                {t('applications.last_used')} <Time date={app.lastUsed} />
              </>
            ) : (
              t('applications.never_used')
            )}
          </span>
        </p>
      </div>
      <IconButton
        class="above"
        icon={muted ? 'bell-off' : 'bell'}
        label={t('applications.mute_name', { name: app.name })}
        pressed={muted}
        onClick={() => setMuted(app.id, !muted)}
      />
    </>
  );
}
