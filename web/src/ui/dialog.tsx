import type {ComponentChildren} from 'preact';
import {useId, useLayoutEffect, useRef} from 'preact/hooks';
import {t} from '../i18n';
import {IconButton} from './button';

export type DialogProps = {
  title: string;
  onClose: () => void;
  children?: ComponentChildren;
  /** Buttons at the bottom: first the harmless one, last the one that acts. */
  actions?: ComponentChildren;
  /** Makes the dialog a form: Enter in a field and a submit button run it. */
  onSubmit?: () => void;
  wide?: boolean;
  /** Something that must be answered: no close button, Esc does nothing. */
  firm?: boolean;
};

/** Where the caret belongs: what asks for it, else the first field, else the first button of the bottom (the harmless one). */
function firstTarget(dialog: HTMLDialogElement): HTMLElement | null {
  const fields = ['input', 'select', 'textarea'].map(tag => `.dialog-body ${tag}:not([type=hidden], [readonly], [tabindex="-1"], :disabled)`);
  for (const selector of ['[autofocus]', fields.join(', '), '.dialog-actions button']) {
    const found = dialog.querySelector<HTMLElement>(selector);
    if (found) return found;
  }
  return null;
}

type ModalOptions = { onClose: () => void; firm?: boolean; backdropCloses?: boolean; first?: boolean };

/** Opens a <dialog> while the component lives, and gives the focus back afterwards. */
function useModal({ onClose, firm, backdropCloses, first = true }: ModalOptions) {
  const ref = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const leaving = useRef(false);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = document.activeElement as HTMLElement | null;
    dialog.showModal();
    if (first) firstTarget(dialog)?.focus();
    return () => {
      leaving.current = true;
      dialog.close();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const handlers = {
    ref,
    onCancel: (event: Event) => {
      if (event.target !== ref.current) return;
      event.preventDefault();
      if (!firm) close.current();
    },
    // A second Esc closes a dialog whatever onCancel said; if it must stay, it opens again.
    onClose: (event: Event) => {
      const dialog = ref.current;
      if (leaving.current || !dialog || event.target !== dialog) return;
      if (firm) dialog.showModal();
      else close.current();
    },
    onPointerDown: (event: PointerEvent) => {
      if (backdropCloses && event.target === ref.current) close.current();
    },
  };
  return handlers;
}

export function Dialog({ title, onClose, children, actions, onSubmit, wide, firm }: DialogProps) {
  const id = useId();
  const modal = useModal({ onClose, firm });
  const inside = (
    <>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        {firm ? null : <IconButton icon="close" label={t('ui.close')} onClick={onClose} />}
      </div>
      <div class="dialog-body">{children}</div>
      {actions ? <div class="dialog-actions">{actions}</div> : null}
    </>
  );
  return (
    <dialog class={`dialog${wide ? ' wide' : ''}`} aria-labelledby={id} {...modal}>
      {onSubmit ? (
        <form
          class="dialog-box"
          onSubmit={event => {
            event.preventDefault();
            onSubmit();
          }}
        >
          {inside}
        </form>
      ) : (
        <div class="dialog-box">{inside}</div>
      )}
    </dialog>
  );
}

export type SheetProps = Pick<DialogProps, 'title' | 'onClose' | 'children' | 'actions' | 'wide'>;

/** From the bottom on phones, in the middle elsewhere. A click beside it closes it: it holds nothing that could be lost. */
export function Sheet({ title, onClose, children, actions, wide }: SheetProps) {
  const id = useId();
  const modal = useModal({ onClose, backdropCloses: true, first: false });
  return (
    <dialog class={`dialog sheet${wide ? ' wide' : ''}`} aria-labelledby={id} {...modal}>
      <div class="dialog-box">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label={t('ui.close')} onClick={onClose} />
        </div>
        <div class="dialog-body">{children}</div>
        {actions ? <div class="dialog-actions">{actions}</div> : null}
      </div>
    </dialog>
  );
}
