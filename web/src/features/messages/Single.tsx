import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Message } from '../../lib/types';
import { fetchOne, get, visible } from '../../state/messages';
import { Failed, Skeleton } from '../../ui';
import { Card } from './Card';
import { cursor, feed, setOpen } from './page';

type State =
  | { kind: 'loading' }
  | { kind: 'listed' }
  | { kind: 'alone'; message: Message }
  | { kind: 'deleted' }
  | { kind: 'failed'; text: string };

/** #/message/17: brings the message into sight, open. One that the list has not loaded stands above it; a deleted one is said. */
export function Single({ id }: { id: number }) {
  const [state, setState] = useState<State>({ kind: 'loading' });
  const [turn, setTurn] = useState(0);
  const listed = visible.value.includes(id);

  useEffect(() => {
    setState({ kind: 'loading' });
    setOpen(id, true);
    if (get(id)) return undefined;
    let left = false;
    void fetchOne(id).then((result) => {
      if (left) return;
      if (!result.ok) setState({ kind: 'failed', text: result.text });
      else if (result.value) setState({ kind: 'alone', message: result.value });
      else setState({ kind: 'deleted' });
    });
    return () => {
      left = true;
    };
  }, [id, turn]);
  useEffect(() => {
    if (!listed) return;
    cursor.value = id;
    requestAnimationFrame(() => feed.current?.scrollTo(id, 'start'));
  }, [id, listed]);

  if (listed) return null;
  switch (state.kind) {
    case 'loading':
      return <Skeleton rows={1} />;
    case 'failed':
      return <Failed text={t('messages.one_failed', { why: state.text })} onRetry={() => setTurn(turn + 1)} />;
    case 'deleted':
      return (
        <p class="feed-notice" role="status">
          {t('messages.one_deleted')} <a href="#/">{t('messages.one_newest')}</a>
        </p>
      );
    case 'alone':
      return (
        <div class="feed-single">
          <p class="feed-notice">
            {t('messages.one_older')} <a href="#/">{t('messages.one_newest')}</a>
          </p>
          <div role="feed" aria-label={t('messages.one')}>
            <Card id={id} index={0} of={1} tabStop={true} message={state.message} />
          </div>
        </div>
      );
    default:
      return null;
  }
}
