import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {t} from '../i18n';
import {hideToast, say, toast} from '../state/announce';
import {undo, undoLast} from '../state/undo';
import {IconButton} from '../ui';

type BarProps = {text: string; until: number; action?: {label: string; run: () => void}; onClose?: () => void};

function Bar({text, until, action, onClose}: BarProps) {
  const line = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    line.current?.style.setProperty('animation-duration', `${Math.max(0, until - Date.now())}ms`);
  }, [until]);
  return (
    <div class="toast">
      <span class="toast-text">{text}</span>
      {action ? (
        <button type="button" class="toast-action" onClick={action.run}>
          {action.label}
        </button>
      ) : null}
      {onClose ? <IconButton icon="close" size={18} label={t('ui.close')} onClick={onClose} /> : null}
      <span class="toast-time" key={until} ref={line} aria-hidden="true" />
    </div>
  );
}

/** A toast stays while the pointer or the focus is on it. */
function ToastItem() {
  const shown = toast.value;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!shown || held) return undefined;
    const timer = setTimeout(hideToast, Math.max(0, shown.until - Date.now()));
    return () => clearTimeout(timer);
  }, [shown, held]);
  if (!shown) return null;
  const action = shown.action;
  return (
    <div onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocusIn={() => setHeld(true)} onFocusOut={() => setHeld(false)}>
      <Bar
        text={shown.text}
        until={shown.until}
        action={
          action && {
            label: action.label,
            run: () => {
              hideToast();
              action.run();
            },
          }
        }
        onClose={hideToast}
      />
    </div>
  );
}

/** At the bottom: what was just done, and a way back. */
export function ToastBar() {
  const pending = undo.value;
  const text = pending ? t(pending.kind === 'read' ? 'undo.read' : 'undo.deleted', {n: pending.count}) : '';
  useEffect(() => {
    if (text) say(text);
  }, [pending]);
  return (
    <div class="toasts">
      <ToastItem />
      {pending ? (
        <Bar
          text={text}
          until={pending.until}
          action={{label: t('undo.undo'), run: undoLast}}
        />
      ) : null}
    </div>
  );
}
