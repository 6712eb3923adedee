import type {ComponentChildren} from 'preact';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import {route} from '../state/route';
import {Count, Icon} from '../ui';
import {setTitle} from './title';

type PageProps = {
  title: string;
  children?: ComponentChildren;
  /** Beside the heading. */
  actions?: ComponentChildren;
  /** A number of unread messages behind the heading. */
  count?: number;
  /** A link to the page above: {href: '#/applications', label: 'Applications'}. */
  back?: {href: string; label: string};
  /** More than a column wide. */
  wide?: boolean;
};

// The page that the reader opened first keeps the focus where the browser put it; each later one takes it.
let shownKey: string | null = null;

/** Something else than a page is shown: the next page takes the focus. */
export function leftPages(): void {
  shownKey = '';
}

/** A page: its one h1, which takes the focus when the address leads here. */
export function Page({title, children, actions, count = 0, back, wide}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const key = `${route.value.page}/${route.value.id ?? ''}`;
  useLayoutEffect(() => setTitle(title), [title]);
  useEffect(() => {
    const moved = shownKey !== null && shownKey !== key;
    shownKey = key;
    if (!moved || document.querySelector('dialog[open]')) return;
    scrollTo(0, 0);
    heading.current?.focus({preventScroll: true});
  }, [key]);
  return (
    <div class={`page${wide ? ' wide' : ''}`}>
      <div class="page-head">
        {back ? (
          <a class="page-back" href={back.href}>
            <Icon name="back" size={18} />
            <span>{back.label}</span>
          </a>
        ) : null}
        <div class="page-title">
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          <Count n={count} />
        </div>
        {actions ? <div class="page-actions">{actions}</div> : null}
      </div>
      {children}
    </div>
  );
}
