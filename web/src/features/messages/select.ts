import { extendTo, selection, toggle } from '../../state/messages';

/** With shift everything between the last one and this is selected, too. */
export function picked(id: number, shift: boolean) {
  if (shift && selection.peek().size > 0) extendTo(id);
  else toggle(id);
}
