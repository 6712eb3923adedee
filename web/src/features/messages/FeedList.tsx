import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { FeedWindow, type Range } from './feed-window';
import type { Row } from './rows';

type Props = {
  rows: Row[];
  label: string;
  busy: boolean;
  renderMessage: (id: number, index: number) => VNode;
  renderDay: (date: string) => ComponentChildren;
  renderNew: (at: number) => VNode;
  /** Whether the newest is in sight. */
  onTop: (is: boolean) => void;
  /** The end of the list comes near. */
  onEnd: () => void;
  handle: (feed: FeedWindow | null) => void;
};

type Part = { day: Row & { kind: 'day' }; rows: Row[] };

/** The rows by day. The heading of the first day always stands before its rows, so that it can stick. */
function partsOf(rows: Row[], dayAt: (at: number) => number, [first, last]: Range): Part[] {
  const parts: Part[] = [];
  for (let at = first; at <= last; at++) {
    const row = rows[at];
    if (!row) break;
    const above = rows[dayAt(at)];
    if (above?.kind === 'day' && (parts.length === 0 || row.kind === 'day')) parts.push({ day: above, rows: [] });
    if (row.kind !== 'day') parts.at(-1)?.rows.push(row);
  }
  return parts;
}

/** A windowed list: only rows in sight, and a screen above and below, are in the document. */
export function FeedList(props: Props) {
  const { rows } = props;
  const root = useRef<HTMLDivElement>(null);
  const feed = useRef<FeedWindow>(undefined);
  const [, render] = useState({});
  feed.current ??= new FeedWindow(() => render({}));
  const own = feed.current;
  own.onTop = props.onTop;
  own.onEnd = props.onEnd;
  const range = own.setRows(rows);

  useLayoutEffect(() => {
    own.attach(root.current!);
    props.handle(own);
    return () => {
      props.handle(null);
      own.detach();
    };
  }, []);
  useLayoutEffect(() => own.rendered());

  return (
    <div class="feed" {...(rows.length > 0 && { role: 'feed', 'aria-label': props.label, 'aria-busy': props.busy })} ref={root}>
      {partsOf(rows, own.dayAt, range).map((part) => (
        <div class="feed-day" key={part.day.key}>
          <div class="feed-date" data-row={part.day.key}>
            <span>{props.renderDay(part.day.date)}</span>
          </div>
          {part.rows.map((row) =>
            row.kind === 'message' ? (
              props.renderMessage(row.key, row.index)
            ) : (
              <div key="new" class="feed-new" data-row="new">
                {row.kind === 'new' ? props.renderNew(row.at) : null}
              </div>
            ),
          )}
        </div>
      ))}
    </div>
  );
}
