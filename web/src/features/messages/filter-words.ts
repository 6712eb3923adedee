import { go, route } from '../../state/route';

export const kChips = [
  { word: 'is:unread', label: 'messages.chip_unread' },
  { word: 'p>=4', label: 'messages.chip_priority' },
  { word: 'has:link', label: 'messages.chip_link' },
  { word: 'has:image', label: 'messages.chip_image' },
] as const;

/** The application of the address; undefined = all. */
export function shownApp(): number | undefined {
  const { page, id } = route.value;
  return page === 'messages' && id && /^\d+$/.test(id) ? Number(id) : undefined;
}

/** A message of its own: #/message/17. */
export function shownMessage(): number | undefined {
  const { page, id } = route.value;
  return page === 'message' && id && /^\d+$/.test(id) ? Number(id) : undefined;
}

export function shownQuery(): string {
  return route.value.page === 'message' ? '' : (route.value.query.get('q') ?? '');
}

/** Another application, with the same filter. */
export function showApp(appid: number | undefined) {
  const q = shownQuery();
  go(`#/${appid === undefined ? '' : `messages/${appid}`}${q ? `?${new URLSearchParams({ q })}` : ''}`);
}
