import type {ComponentChildren} from 'preact';
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {t, type Key} from '../i18n';
import {reconnect} from '../state/stream';
import {strip, type Strip} from '../state/strip';
import {Icon, type IconName} from '../ui';

type Look = {icon: IconName; tone: 'plain' | 'warn' | 'bad' | 'accent'; text: Key; soon?: Key; action?: Key};
const kLooks: Record<Strip['kind'], Look> = {
  offline: {icon: 'plug', tone: 'plain', text: 'strip.offline'},
  reconnecting: {icon: 'refresh', tone: 'plain', text: 'strip.reconnecting', soon: 'strip.reconnecting_in', action: 'strip.now'},
  busy: {icon: 'warn', tone: 'warn', text: 'strip.busy', soon: 'strip.busy_in', action: 'strip.now'},
  full: {icon: 'warn', tone: 'bad', text: 'strip.full'},
  proxy: {icon: 'info', tone: 'plain', text: 'strip.proxy'},
  update: {icon: 'refresh', tone: 'accent', text: 'strip.update', action: 'strip.reload'},
};

/** Seconds until a time, while there are some. */
function useSeconds(until: number | undefined): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setInterval(() => tick(n => n + 1), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}

/** Tells the styles how high the strip is, for what sticks below it. */
function Bar({children, tone}: {children: ComponentChildren; tone: string}) {
  const bar = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = document.documentElement;
    const measure = () => root.style.setProperty('--strip', `${bar.current?.offsetHeight ?? 0}px`);
    const observer = new ResizeObserver(measure);
    if (bar.current) observer.observe(bar.current);
    measure();
    return () => {
      observer.disconnect();
      root.style.removeProperty('--strip');
    };
  }, []);
  return (
    <div class={`strip ${tone}`} ref={bar}>
      {children}
    </div>
  );
}

/** The one line above the page that says what is wrong with the connection, or that a new version is there. */
export function StripBar() {
  const shown = strip.value;
  const seconds = useSeconds(shown?.retryAt);
  if (!shown) return null;
  const look = kLooks[shown.kind];
  const action = shown.action ?? (shown.kind === 'reconnecting' ? reconnect : undefined);
  return (
    <Bar tone={look.tone}>
      <Icon name={look.icon} size={18} />
      <span class="strip-text">{look.soon && seconds > 0 ? t(look.soon, {n: seconds}) : t(look.text)}</span>
      {look.action && action ? (
        <button type="button" class="strip-action" onClick={() => action()}>
          {t(look.action)}
        </button>
      ) : null}
    </Bar>
  );
}
