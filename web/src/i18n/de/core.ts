import type {Same} from '../types';
import type {core as en} from '../en/core';

export const core: Same<typeof en> = {
  'core.selected': {one: '{n} Nachricht ausgewählt', other: '{n} Nachrichten ausgewählt'},
  'core.reloaded': 'Neu geladen: einige Änderungen wurden verpasst',
};
