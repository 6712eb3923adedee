import {useEffect} from 'preact/hooks';
import {bind} from '../shell/keys';

type Extra = Record<string, (id: number) => void>;

/** The links of a list, one for each row: `data-row` holds the id. */
function links(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('main [data-row]')];
}

function focused(): HTMLElement | null {
  const row = document.activeElement?.closest('[data-list-row]') ?? null;
  return row?.querySelector<HTMLElement>('[data-row]') ?? null;
}

/** j and k move over the rows of a page; `extra` are keys for the row that has the focus. */
export function useRowKeys(scope: string, extra: Extra = {}): void {
  useEffect(() => {
    const move = (by: number) => () => {
      const all = links();
      const at = all.indexOf(focused()!);
      const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
      all[to]?.focus();
      all[to]?.closest('[data-list-row]')?.scrollIntoView({ block: 'nearest' });
    };
    const onRow = ([key, run]: [string, (id: number) => void]): [string, () => void] => [
      key,
      () => {
        const row = focused();
        if (row) run(Number(row.dataset['row']));
      },
    ];
    return bind(scope, { j: move(1), k: move(-1), ...Object.fromEntries(Object.entries(extra).map(onRow)) });
  });
}
