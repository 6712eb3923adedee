import '../../styles/pages/index.css';
import {useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {User} from '../../lib/types';
import {Confirm} from '../../parts/Confirm';
import {useLoad} from '../../parts/load';
import {problem, type Problem} from '../../parts/problem';
import {useRowKeys} from '../../parts/rows';
import {Page} from '../../shell/Page';
import {showToast} from '../../state/announce';
import {request, user} from '../../state/session';
import {Button, Chip, Empty, Failed, Icon, IconButton, Skeleton, Time} from '../../ui';
import {UserDialog} from './edit';

type Open = { what: 'edit' | 'remove'; id: number } | { what: 'new' } | null;

export default function UsersPage() {
  const asked = useLoad('', () => request<User[]>('GET', 'user'));
  const [open, setOpen] = useState<Open>(null);
  const all = asked.value ?? [];
  useRowKeys('users', {
    Enter: id => setOpen({ what: 'edit', id }),
    '#': id => setOpen({ what: 'remove', id }),
    Del: id => setOpen({ what: 'remove', id }),
  });
  const chosen = open && 'id' in open ? all.find(one => one.id === open.id) : undefined;
  const saved = () => {
    setOpen(null);
    void asked.reload();
  };
  const add = (
    <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
      {t('users.add')}
    </Button>
  );
  return (
    <Page title={t('users.title')} actions={asked.value ? add : undefined}>
      <Body all={asked.value} failed={asked.failed} onRetry={asked.reload} onOpen={setOpen} />
      {open?.what === 'new' ? <UserDialog onSaved={saved} onClose={() => setOpen(null)} /> : null}
      {chosen && open?.what === 'edit' ? <UserDialog user={chosen} onSaved={saved} onClose={() => setOpen(null)} /> : null}
      {chosen && open?.what === 'remove' ? <Remove user={chosen} onRemoved={asked.reload} onClose={() => setOpen(null)} /> : null}
    </Page>
  );
}

type BodyProps = { all: User[] | null; failed: Parameters<typeof problem>[0] | null; onRetry: () => void; onOpen: (open: Open) => void };

function Body({ all, failed, onRetry, onOpen }: BodyProps) {
  if (failed?.status === 403) return <ConfirmYou onRetry={onRetry} />;
  if (failed) return <Failed text={problem(failed).text} onRetry={onRetry} />;
  if (!all) return <Skeleton />;
  return (
    <ul class="list">
      {all.map(one => (
        <Row key={one.id} user={one} onOpen={onOpen} />
      ))}
    </ul>
  );
}

/** The password was not given: nothing can be shown, and nothing is broken. */
function ConfirmYou({ onRetry }: { onRetry: () => void }) {
  return (
    <Empty title={t('users.elevate_title')} icon="shield">
      <p>{t('users.elevate_more')}</p>
      <Button kind="primary" icon="shield" onClick={onRetry}>
        {t('users.elevate')}
      </Button>
    </Empty>
  );
}

function Row({ user: one, onOpen }: { user: User; onOpen: (open: Open) => void }) {
  return (
    <li class="list-row" data-list-row>
      <span class="user-mark" aria-hidden="true">
        <Icon name={one.admin ? 'shield' : 'user'} />
      </span>
      <div class="list-main">
        <p class="list-title">
          <button type="button" class="row-link ellipsis" data-row={one.id} onClick={() => onOpen({ what: 'edit', id: one.id })}>
            {one.name}
          </button>
          {one.id === user.value?.id ? <Chip tone="accent">{t('users.you')}</Chip> : null}
          {one.admin ? <Chip>{t('users.admin')}</Chip> : null}
        </p>
        {one.createdAt ? (
          <p class="list-more">
            <span>
              {t('users.since')} <Time date={one.createdAt} />
            </span>
          </p>
        ) : null}
      </div>
      <IconButton class="above" icon="trash" label={t('users.remove_name', { name: one.name })} keyHint="#" onClick={() => onOpen({ what: 'remove', id: one.id })} />
    </li>
  );
}

function Remove({ user: one, onRemoved, onClose }: { user: User; onRemoved: () => void; onClose: () => void }) {
  const remove = async (): Promise<Problem | null> => {
    const done = await request<void>('DELETE', `user/${one.id}`);
    if (!done.ok) return problem(done);
    showToast(t('users.removed', { name: one.name }));
    onRemoved();
    return null;
  };
  return (
    <Confirm title={t('users.remove_title', { name: one.name })} action={t('users.remove')} typed={one.name} run={remove} onClose={onClose}>
      <p>{t('users.remove_ask')}</p>
    </Confirm>
  );
}
