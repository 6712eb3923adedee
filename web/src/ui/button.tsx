import type {ButtonHTMLAttributes, ComponentChildren, Ref} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../i18n';
import {say} from '../state/announce';
import {Icon} from './icon';
import type {IconName} from './icons';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'label' | 'ref' | 'type' | 'disabled'> & {
  type?: 'button' | 'submit';
  disabled?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export type ButtonProps = Native & {
  kind?: 'primary' | 'plain' | 'danger';
  /** The action runs: the button stays where it is, and takes no second click. */
  busy?: boolean;
  icon?: IconName;
  small?: boolean;
  children?: ComponentChildren;
};

export function Button({ kind = 'plain', busy, icon, small, children, type = 'button', class: more, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      class={`button ${kind}${small ? ' slim' : ''}${busy ? ' busy' : ''}${more ? ` ${String(more)}` : ''}`}
      aria-busy={busy ? 'true' : undefined}
      aria-disabled={busy ? 'true' : undefined}
      onClick={event => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon ? <Icon name={icon} size={18} /> : null}
      <span class="button-text">{children}</span>
    </button>
  );
}

export type IconButtonProps = Native & {
  icon: IconName;
  label: string;
  /** The key that does the same; shown with the label. */
  keyHint?: string;
  pressed?: boolean;
  size?: number;
};

export function IconButton({ icon, label, keyHint, pressed, size = 20, class: more, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      class={`icon-button${more ? ` ${String(more)}` : ''}`}
      aria-label={label}
      aria-pressed={pressed === undefined ? undefined : pressed}
      title={keyHint ? `${label} (${keyHint})` : label}
      {...rest}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}

/** Puts a text on the clipboard, also where the page came by http and the browser has no clipboard to offer. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the old way may still work.
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'visually-hidden';
  const before = document.activeElement as HTMLElement | null;
  // In an open dialog everything outside of it is inert, so the field has to be inside.
  (before?.closest('dialog') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus({ preventScroll: true });
  return done;
}

/** `small` shows the icon alone; the label is then for assistive technology. */
export function CopyButton({ text, label, small }: { text: string; label?: string; small?: boolean }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const words = state === 'done' ? t('ui.copied') : state === 'failed' ? t('ui.copy_failed') : (label ?? t('ui.copy'));
  const click = async () => {
    const done = await copyText(text);
    setState(done ? 'done' : 'failed');
    say(done ? t('ui.copied') : t('ui.copy_failed'));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('idle'), 2000);
  };
  const icon = state === 'done' ? 'check' : state === 'failed' ? 'warn' : 'copy';
  if (small) return <IconButton icon={icon} label={words} onClick={click} />;
  return (
    <Button icon={icon} onClick={click}>
      {words}
    </Button>
  );
}
