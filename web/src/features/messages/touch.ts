import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { selection, toggle } from '../../state/messages';
import { swiped } from './page';

const kRevealed = 88; // px, as wide as the button in messages.css
const kSlack = 10;
const kLongPress = 500;

type Press = {
  pointer: number;
  x: number;
  y: number;
  from: number;
  moved: 'no' | 'swipe' | 'scroll';
  timer: ReturnType<typeof setTimeout>;
};

/** Fingers: a swipe to the left reveals Delete (it never deletes by itself), a long press selects. */
export function useTouch(id: number, element: RefObject<HTMLElement | null>) {
  const press = useRef<Press | null>(null);
  const shift = (px: number) => element.current?.style.setProperty('--swipe', `${px}px`);
  const end = () => {
    if (press.current) clearTimeout(press.current.timer);
    press.current = null;
    element.current?.classList.remove('swiping');
  };
  const settle = (open: boolean) => {
    shift(open ? -kRevealed : 0);
    if (open) swiped.value = id;
    else if (swiped.peek() === id) swiped.value = null;
  };
  return {
    onPointerDown(event: PointerEvent) {
      if (swiped.peek() !== null && swiped.peek() !== id) closeSwiped();
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      end();
      const timer = setTimeout(() => {
        if (press.current?.moved !== 'no') return;
        end();
        toggle(id);
        navigator.vibrate?.(10);
      }, kLongPress);
      press.current = {
        pointer: event.pointerId,
        x: event.clientX,
        y: event.clientY,
        from: swiped.peek() === id ? -kRevealed : 0,
        moved: 'no',
        timer,
      };
    },
    onPointerMove(event: PointerEvent) {
      const own = press.current;
      if (!own || event.pointerId !== own.pointer || own.moved === 'scroll') return;
      const x = event.clientX - own.x;
      const y = event.clientY - own.y;
      if (own.moved === 'no') {
        if (Math.abs(x) < kSlack && Math.abs(y) < kSlack) return;
        clearTimeout(own.timer);
        own.moved = Math.abs(x) > Math.abs(y) && selection.peek().size === 0 ? 'swipe' : 'scroll';
        if (own.moved === 'scroll') return;
        swiped.value = id;
        element.current?.classList.add('swiping');
        element.current?.setPointerCapture(event.pointerId);
      }
      shift(Math.max(-kRevealed - 24, Math.min(0, own.from + x)));
    },
    onPointerUp(event: PointerEvent) {
      const own = press.current;
      end();
      if (own?.moved === 'swipe') settle(own.from + event.clientX - own.x < -kRevealed / 2);
    },
    onPointerCancel() {
      const own = press.current;
      end();
      if (own?.moved === 'swipe') settle(own.from !== 0);
    },
    // A long press would open the menu of the browser as well.
    onContextMenu(event: MouseEvent) {
      if ((event as PointerEvent).pointerType === 'touch' && !(event.target as Element).closest('a, img')) event.preventDefault();
    },
  };
}

export function closeSwiped() {
  const id = swiped.peek();
  document.querySelector<HTMLElement>(`[data-row="${id}"]`)?.style.setProperty('--swipe', '0px');
  swiped.value = null;
}
