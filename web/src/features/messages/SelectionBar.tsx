import { t } from '../../i18n';
import { clearSelection, selectAll, selection, visible } from '../../state/messages';
import { isUnread, seen } from '../../state/reads';
import { Button, IconButton } from '../../ui';
import { removeAt } from './remove';

export function readSelected() {
  for (const id of selection.peek()) if (isUnread(id)) seen(id);
  clearSelection();
}

export function removeSelected() {
  const ids = [...selection.peek()];
  clearSelection();
  removeAt(ids);
}

/** Stands where the filter is while something is selected. */
export function SelectionBar() {
  const n = selection.value.size;
  const all = visible.value.length;
  return (
    <div class="feed-selection" role="toolbar" aria-label={t('messages.selection')}>
      <IconButton icon="close" label={t('messages.selection_clear')} keyHint="Esc" onClick={clearSelection} />
      <strong class="feed-selected">{t('messages.selected', { n })}</strong>
      {n < all ? (
        <button type="button" class="msg-text-button" onClick={selectAll}>
          {t('messages.select_all', { n: all })}
        </button>
      ) : null}
      <span class="grow" />
      <Button icon="check" small onClick={readSelected}>
        {t('messages.mark_read')}
      </Button>
      <Button icon="trash" kind="danger" small onClick={removeSelected}>
        {t('messages.delete')}
      </Button>
    </div>
  );
}
