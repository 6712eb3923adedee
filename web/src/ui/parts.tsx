import type {ComponentChildren, HTMLAttributes} from 'preact';
import {useEffect, useId, useState} from 'preact/hooks';
import {lang, t} from '../i18n';
import {alert} from '../state/announce';
import {absolute, now, relative} from '../lib/time';
import {Button} from './button';
import {Icon} from './icon';
import type {IconName} from './icons';

export type ChipProps = {
  children: ComponentChildren;
  icon?: IconName;
  /** Pressed or not: a filter. Without it and without a link the chip is only a mark. */
  pressed?: boolean;
  onClick?: () => void;
  href?: string;
  tone?: 'plain' | 'accent' | 'warn' | 'bad' | 'good';
  external?: boolean;
};

export function Chip({ children, icon, pressed, onClick, href, tone = 'plain', external }: ChipProps) {
  const inside = (
    <>
      {icon ? <Icon name={icon} size={16} /> : null}
      <span class="ellipsis">{children}</span>
    </>
  );
  if (href !== undefined) {
    return (
      <a class={`chip action ${tone}`} href={href} {...(external ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>
        {inside}
      </a>
    );
  }
  if (onClick) {
    return (
      <button type="button" class={`chip action ${tone}`} aria-pressed={pressed} onClick={onClick}>
        {inside}
      </button>
    );
  }
  return <span class={`chip ${tone}`}>{inside}</span>;
}

/** Nothing is here: what that means, and what to do. */
export function Empty({ title, children, icon = 'inbox' }: { title: string; children?: ComponentChildren; icon?: IconName }) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} size={28} />
      </span>
      <p class="empty-title">{title}</p>
      {children ? <div class="empty-more">{children}</div> : null}
    </div>
  );
}

/** Grey rows while something loads; only after 150 ms, so that what is quick does not flicker. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class={`skeleton${shown ? ' shown' : ''}`} aria-busy="true">
      <span class="visually-hidden">{t('ui.loading')}</span>
      {Array.from({ length: rows }, (_, i) => (
        <div class="skeleton-row" key={i} aria-hidden="true">
          <span class="skeleton-tile" />
          <span class="skeleton-lines">
            <span class="skeleton-line short" />
            <span class="skeleton-line" />
          </span>
        </div>
      ))}
    </div>
  );
}

/** What went wrong, in place, and a way to try again. */
export function Failed({ text, onRetry }: { text: string; onRetry?: () => void }) {
  useEffect(() => alert(text), [text]);
  return (
    <div class="failed">
      <Icon name="warn" />
      <p class="grow">{text}</p>
      {onRetry ? (
        <Button icon="refresh" onClick={onRetry}>
          {t('ui.retry')}
        </Button>
      ) : null}
    </div>
  );
}

const kDefaultPicture = 'static/defaultapp.png';
type Pictured = { id: number; name: string; image: string };

/** The first letter or digit of a name; emoji and marks count as what the eye sees. */
export function monogram(name: string): string {
  const first = [...name.trim()].find(c => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(c)) ?? [...name.trim()][0] ?? '?';
  return first.toUpperCase();
}

/** The application's picture, or its letter on a tile. The name stands beside it, so this says nothing aloud. */
export function AppPicture({ app, size = 32 }: { app: Pictured | undefined; size?: 24 | 32 | 48 | 96 }) {
  const [broken, setBroken] = useState('');
  if (app?.image && app.image !== kDefaultPicture && app.image !== broken) {
    return (
      <img class={`picture p${size}`} src={app.image} alt="" width={size} height={size} loading="lazy" onError={() => setBroken(app.image)} />
    );
  }
  return (
    <span class={`picture p${size} tile tile-${app ? ((app.id - 1) % 8) + 1 : 8}`} aria-hidden="true">
      {app ? monogram(app.name) : '?'}
    </span>
  );
}

/** How long ago; the date and time stand in the element and as its title. */
export function Time({ date, ...rest }: { date: string } & Omit<HTMLAttributes<HTMLTimeElement>, 'dateTime'>) {
  return (
    <time dateTime={date} title={absolute(date, lang.value)} {...rest}>
      {relative(date, now.value, lang.value)}
    </time>
  );
}

export function Section({ title, children, hint, actions }: { title: string; children: ComponentChildren; hint?: ComponentChildren; actions?: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        {actions ? <div class="row">{actions}</div> : null}
      </div>
      {hint ? <p class="section-hint">{hint}</p> : null}
      {children}
    </section>
  );
}

/** A box on the surface: groups rows. */
export function Card({ children, class: more }: { children: ComponentChildren; class?: string }) {
  return <div class={`panel${more ? ` ${more}` : ''}`}>{children}</div>;
}

/** A number of unread things: to 99, then 99+. Nothing for none. */
export function Count({ n, label }: { n: number; label?: string }) {
  if (n <= 0) return null;
  return (
    <span class="count">
      <span aria-hidden="true">{n > 99 ? '99+' : n}</span>
      <span class="visually-hidden">{label ?? t('ui.unread', { n })}</span>
    </span>
  );
}
