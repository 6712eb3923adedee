import {useEffect, useId, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {IconButton} from './button';
import {Icon} from './icon';
import type {IconName} from './icons';

export type MenuItem = { label: string; run: () => void; icon?: IconName; danger?: boolean; disabled?: boolean; keyHint?: string };
export type MenuProps = { label: string; items: MenuItem[]; icon?: IconName };

/** Below the button, or above it where there is no room; never outside of the window. */
function place(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const own = list.getBoundingClientRect();
  const below = at.bottom + 4 + own.height <= innerHeight - 8;
  const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - own.height);
  const left = Math.min(Math.max(8, at.right - own.width), innerWidth - own.width - 8);
  list.style.setProperty('top', `${top}px`);
  list.style.setProperty('left', `${left}px`);
}

function MenuList({ label, items, button, onClose }: Omit<MenuProps, 'icon'> & { button: HTMLElement; onClose: (focus: boolean) => void }) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const list = ref.current;
    if (!list) return;
    // The top layer, where the browser has it: no card below can cover the menu.
    list.showPopover?.();
    place(list, button);
    list.querySelector<HTMLElement>('[role=menuitem]:not([disabled])')?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (!ref.current?.contains(target) && !button.contains(target)) onClose(false);
    };
    const away = () => onClose(false);
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', away);
    document.addEventListener('scroll', outside, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      removeEventListener('resize', away);
      document.removeEventListener('scroll', outside, true);
    };
  }, []);
  const keys = (event: KeyboardEvent) => {
    const all = [...(ref.current?.querySelectorAll<HTMLElement>('[role=menuitem]:not([disabled])') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Escape') onClose(true);
    else if (event.key === 'Tab') onClose(false);
    else if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    <div class="menu" role="menu" aria-label={label} popover="manual" ref={ref} onKeyDown={keys}>
      {items.map(item => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={`menu-item${item.danger ? ' danger' : ''}`}
          disabled={item.disabled}
          onClick={() => {
            onClose(true);
            item.run();
          }}
        >
          {item.icon ? <Icon name={item.icon} size={18} /> : null}
          <span class="grow">{item.label}</span>
          {item.keyHint ? <kbd>{item.keyHint}</kbd> : null}
        </button>
      ))}
    </div>
  );
}

/** A button with a list of actions. */
export function Menu({ label, items, icon = 'more' }: MenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <span class="menu-box" id={id}>
      <IconButton
        ref={button}
        icon={icon}
        label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={event => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpen(true);
        }}
      />
      {open && button.current ? (
        <MenuList
          label={label}
          items={items}
          button={button.current}
          onClose={focus => {
            setOpen(false);
            if (focus) button.current?.focus({ preventScroll: true });
          }}
        />
      ) : null}
    </span>
  );
}
