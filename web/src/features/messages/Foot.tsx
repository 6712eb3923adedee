import { number, t } from '../../i18n';
import { apps } from '../../state/apps';
import { failed, loading, more, retry, searching, searchOlder, stopSearch, total, visible } from '../../state/messages';
import { setQuery } from '../../state/route';
import { Button, Empty, Failed, Skeleton } from '../../ui';
import { shownApp, shownMessage, shownQuery } from './filter-words';
import { testApp } from './test';

const kEndNote = 20; // messages from which on it helps to be told that these are all

/** Below the list: what is being loaded, what could not be, and that there is no more. */
export function Foot() {
  if (visible.value.length === 0) return null;
  return <div class="feed-foot">{footOf()}</div>;
}

function footOf() {
  if (failed.value !== null)
    return <Failed text={t('messages.load_failed', { why: failed.value })} onRetry={() => void retry()} />;
  if (shownQuery() && (more.value || searching.value)) return <SearchOlder />;
  if (loading.value) return <Skeleton rows={2} />;
  if (!more.value && visible.value.length >= kEndNote)
    return <p class="feed-end">{t('messages.end', { n: visible.value.length })}</p>;
  return null;
}

function SearchOlder() {
  const search = searching.value;
  if (!search) {
    return (
      <Button icon="search" onClick={() => void searchOlder()}>
        {t('messages.search_older')}
      </Button>
    );
  }
  return (
    <p class="feed-searching" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{t('messages.searched', { n: search.read })}</span>
      <Button small onClick={stopSearch}>
        {t('messages.stop')}
      </Button>
    </p>
  );
}

/** Instead of a list without rows: why there are none, and what to do. */
export function Nothing() {
  if (visible.value.length > 0 || shownMessage() !== undefined) return null;
  if (failed.value !== null)
    return <Failed text={t('messages.load_failed', { why: failed.value })} onRetry={() => void retry()} />;
  if (shownQuery() && !(loading.value && total.value === 0)) return <NoMatch />;
  if (loading.value || more.value) return <Skeleton rows={3} />;
  if (shownApp() !== undefined) return <Empty title={t('messages.none_of_app')}>{<TestButton />}</Empty>;
  return (
    <Empty title={t('messages.none')}>
      <p>{t('messages.none_hint')}</p>
      <div class="row feed-empty-actions">
        <a class="button primary" href="#/applications/new">
          {t('messages.add_sender')}
        </a>
        <TestButton />
      </div>
    </Empty>
  );
}

function TestButton() {
  if (apps.value.length === 0) return null;
  return (
    <Button icon="send" onClick={testApp}>
      {t('messages.test')}
    </Button>
  );
}

function NoMatch() {
  return (
    <Empty title={t('messages.no_match')} icon="search">
      <p>
        {more.value || searching.value
          ? t('messages.no_match_loaded', { n: number(total.value) })
          : t('messages.no_match_at_all')}
      </p>
      <div class="row feed-empty-actions">
        {more.value || searching.value ? <SearchOlder /> : null}
        <Button onClick={() => setQuery('')}>{t('messages.filter_clear')}</Button>
      </div>
    </Empty>
  );
}
