import { useComputed, useSignalEffect } from '@preact/signals';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { lang, t } from '../../i18n';
import { clock, dayLabel, now } from '../../lib/time';
import { lazy, Page } from '../../shell';
import { say } from '../../state/announce';
import { appById } from '../../state/apps';
import {
  atTop,
  failed,
  get,
  loadMore,
  loading,
  more,
  newSince,
  pill,
  selectAll,
  selection,
  setView,
  visible,
} from '../../state/messages';
import { counts, markAll, total as unreadTotal } from '../../state/reads';
import { undo } from '../../state/undo';
import { Button, IconButton, Menu, type MenuItem } from '../../ui';
import { Card } from './Card';
import { DeleteAllDialog, UrlDialog } from './Dialogs';
import type { FeedWindow } from './feed-window';
import { FeedList } from './FeedList';
import { FilterBar } from './FilterBar';
import { Foot, Nothing } from './Foot';
import { shownApp, shownMessage, shownQuery } from './filter-words';
import { bindKeys } from './keys';
import { composing, cursor, deleteAllOf, feed, leavePage, testing } from './page';
import { toRows } from './rows';
import { SelectionBar } from './SelectionBar';
import { Single } from './Single';
import { testApp } from './test';

const ComposeDialog = lazy(() => import('../compose'));
const TestPanel = lazy(() => import('./TestPanel'));

export default function MessagesPage() {
  const appid = shownApp();
  const q = shownQuery();
  const one = shownMessage();
  const [searchOpen, setSearchOpen] = useState(false);
  // At once, where the field can be seen: the next key is meant for it.
  const openSearch = () => {
    setSearchOpen(true);
    document.getElementById('filter')?.focus();
  };
  useEffect(() => {
    setView({ ...(appid !== undefined && { appid }), q });
    feed.current?.toTop();
  }, [appid, q]);
  useEffect(() => {
    const unbind = bindKeys(openSearch);
    return () => {
      unbind();
      atTop(false);
      leavePage();
    };
  }, []);
  useSignalEffect(() => {
    const last = undo.value;
    if (last) say(t(last.kind === 'read' ? 'undo.read' : 'undo.deleted', { n: last.count }));
  });
  const bar = useBarHeight();
  const app = appid === undefined ? undefined : appById.value.get(appid);
  const unread = appid === undefined ? unreadTotal.value : (counts.value.get(appid) ?? 0);
  return (
    <Page title={app?.name ?? t('messages.title')} count={unread} actions={<Actions onSearch={openSearch} />}>
      <div class="feed-bar" ref={bar}>
        {selection.value.size > 0 ? <SelectionBar /> : <FilterBar searchOpen={searchOpen} onSearch={setSearchOpen} />}
      </div>
      <Pill />
      {one === undefined ? null : <Single id={one} key={one} />}
      <List />
      <Nothing />
      <Foot />
      <UrlDialog />
      <DeleteAllDialog />
      {composing.value ? <ComposeDialog onClose={() => (composing.value = false)} appid={appid} /> : null}
      {testing.value ? (
        <TestPanel key={testing.value.at} appid={testing.value.appid} onClose={() => (testing.value = null)} />
      ) : null}
    </Page>
  );
}

/** The headings of the days stick below the bar, and that below the strip of the shell; their heights depend on what is in them. */
function useBarHeight() {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = bar.current!;
    const strip = document.querySelector<HTMLElement>('header.top');
    const observer = new ResizeObserver(() => {
      element.parentElement?.style.setProperty('--feed-bar', `${element.offsetHeight}px`);
      element.parentElement?.style.setProperty('--feed-top', `${strip?.offsetHeight ?? 0}px`);
      feed.current?.covers();
    });
    observer.observe(element);
    if (strip) observer.observe(strip);
    return () => observer.disconnect();
  }, []);
  return bar;
}

function Actions({ onSearch }: { onSearch: () => void }) {
  const appid = shownApp();
  const filtered = shownQuery() !== '' || shownMessage() !== undefined;
  const none = visible.value.length === 0;
  const items: MenuItem[] = [
    { label: t('messages.read_all'), icon: 'check', keyHint: 'M', run: () => markAll(appid) },
    { label: t('messages.select_shown'), icon: 'filter', disabled: none, run: selectAll },
    { label: t('messages.test'), icon: 'send', keyHint: 't', disabled: appById.value.size === 0, run: testApp },
    {
      label: t('messages.delete_all_menu'),
      icon: 'trash',
      danger: true,
      disabled: none || filtered,
      run: () => (deleteAllOf.value = { ...(appid !== undefined && { appid }) }),
    },
  ];
  return (
    <>
      <IconButton icon="search" class="feed-search-button" label={t('messages.filter')} keyHint="/" onClick={onSearch} />
      <IconButton
        icon="edit"
        class="feed-compose-button"
        label={t('messages.compose')}
        onClick={() => (composing.value = true)}
      />
      <Button icon="edit" class="feed-compose-wide" onClick={() => (composing.value = true)} title={t('messages.compose_key')}>
        {t('messages.compose')}
      </Button>
      <Menu label={t('messages.more_actions')} items={items} />
    </>
  );
}

function List() {
  const rows = useComputed(() => toRows(visible.value, (id) => get(id)?.date ?? '', newSince.value)).value;
  const ids = visible.value;
  // One of them can be reached by Tab: where the cursor is, else the first that is in the document.
  const stop = useMemo(() => (cursor.value !== null && ids.includes(cursor.value) ? cursor.value : ids[0]), [ids, cursor.value]);
  const renderMessage = (id: number, index: number) => (
    <Card key={id} id={id} index={index} of={ids.length} tabStop={id === stop} />
  );
  const end = useCallback(() => {
    if (!shownQuery() && more.peek() && !loading.peek() && failed.peek() === null) void loadMore();
  }, []);
  const handle = useCallback((own: FeedWindow | null) => (feed.current = own), []);
  return (
    <FeedList
      rows={rows}
      label={t('messages.title')}
      busy={loading.value}
      renderMessage={renderMessage}
      renderDay={(date) => dayLabel(date, now.value, lang.value)}
      renderNew={(at) => <span>{t('messages.new_since', { time: clock(at, lang.value) })}</span>}
      onTop={atTop}
      onEnd={end}
      handle={handle}
    />
  );
}

function Pill() {
  const n = pill.value;
  if (n === 0) return null;
  return (
    <div class="feed-pill">
      <button
        type="button"
        onClick={() => {
          atTop(true);
          feed.current?.toTop();
        }}
      >
        {t('messages.pill', { n })} <span aria-hidden="true">↑</span>
      </button>
    </div>
  );
}
