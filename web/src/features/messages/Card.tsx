import { Component } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Application, Message } from '../../lib/types';
import { appById } from '../../state/apps';
import { get, selection, toggle } from '../../state/messages';
import { isUnread } from '../../state/reads';
import { AppPicture, Icon, Time } from '../../ui';
import { Body } from './Body';
import { CardActions } from './CardActions';
import { Chips } from './Chips';
import { shownApp, shownMessage } from './filter-words';
import { cursor, opened, setOpen, swiped } from './page';
import { watch } from './seen';
import { picked } from './select';
import { removeOne } from './remove';
import { useTouch } from './touch';

type Props = { id: number; index: number; of: number; tabStop: boolean; message?: Message };

/** A row of the list. It renders again if something of it changes, not whenever the list scrolls. */
export class Card extends Component<Props> {
  override shouldComponentUpdate(next: Props) {
    const now = this.props;
    return (
      next.id !== now.id ||
      next.index !== now.index ||
      next.of !== now.of ||
      next.tabStop !== now.tabStop ||
      next.message !== now.message
    );
  }
  render() {
    return <Inner {...this.props} />;
  }
}

type Level = 'none' | 'warn' | 'bad';

function levelOf(priority: number): Level {
  return priority >= 8 ? 'bad' : priority >= 4 ? 'warn' : 'none';
}

function classOf(message: Message, unread: boolean, selected: boolean, open: boolean): string {
  return `msg p-${levelOf(message.priority)}${unread ? ' unread' : ''}${selected ? ' selected' : ''}${open ? ' open' : ''}`;
}

function Inner({ id, index, of, tabStop, message: given }: Props) {
  const [hot, setHot] = useState(false);
  const element = useRef<HTMLElement>(null);
  const touch = useTouch(id, element);
  const message = given ?? get(id);
  const unread = isUnread(id);
  useEffect(() => (unread && element.current ? watch(element.current, id) : undefined), [unread, id]);
  if (!message) return null;
  const app = appById.value.get(message.appid);
  const selected = selection.value.has(id);
  const selecting = selection.value.size > 0;
  const open = opened.value.has(id);
  return (
    <article
      class={classOf(message, unread, selected, open) + (shownMessage() === id ? ' target' : '')}
      data-row={id}
      ref={element}
      tabIndex={tabStop ? 0 : -1}
      aria-posinset={index + 1}
      aria-setsize={of}
      aria-labelledby={`m${id}-title`}
      onPointerEnter={(event) => event.pointerType === 'mouse' && setHot(true)}
      onPointerLeave={() => setHot(false)}
      onFocusIn={() => {
        cursor.value = id;
        setHot(true);
      }}
      onFocusOut={(event) => !element.current?.contains(event.relatedTarget as Node | null) && setHot(false)}
      {...touch}
    >
      <div class="msg-slide">
        <Lead app={app} id={id} selected={selected} selecting={selecting} />
        <div class="msg-main">
          <Head message={message} app={app} unread={unread} />
          <Body message={message} open={open} />
          <button type="button" class="msg-more msg-text-button" aria-expanded={open} onClick={() => setOpen(id, !open)}>
            {t(open ? 'messages.less' : 'messages.more')}
          </button>
          <Chips message={message} />
        </div>
        <CardActions message={message} unread={unread} hot={hot} />
      </div>
      {swiped.value === id ? <Revealed id={id} /> : null}
    </article>
  );
}

function Lead({
  app,
  id,
  selected,
  selecting,
}: {
  app: Application | undefined;
  id: number;
  selected: boolean;
  selecting: boolean;
}) {
  return (
    <label class={`msg-lead${selecting ? ' selecting' : ''}`}>
      <AppPicture app={app} />
      <input
        type="checkbox"
        class="msg-check"
        tabIndex={-1}
        checked={selected}
        aria-label={t('messages.select')}
        onClick={(event) => {
          if (event.shiftKey) picked(id, true);
          else toggle(id);
        }}
      />
    </label>
  );
}

function Head({ message, app, unread }: { message: Message; app: Application | undefined; unread: boolean }) {
  const name = app?.name ?? t('messages.unknown_app', { id: String(message.appid) });
  const title = message.title.trim() || name;
  const level = levelOf(message.priority);
  return (
    <header class="msg-head">
      <h2 class="msg-title" id={`m${message.id}-title`} dir="auto">
        {title}
      </h2>
      <p class="msg-meta">
        {title === name || shownApp() === message.appid ? null : <span class="msg-app">{name}</span>}
        <Time date={message.date} />
        {level === 'none' ? null : (
          <span class={`msg-priority ${level}`} title={t('messages.priority', { n: message.priority })}>
            <Icon name={level === 'bad' ? 'warn' : 'bell'} size={14} />
            <span class="visually-hidden">{t('messages.priority', { n: message.priority })}</span>
            <span aria-hidden="true">{message.priority}</span>
          </span>
        )}
        {unread ? (
          <span class="msg-dot" title={t('messages.unread')}>
            <span class="visually-hidden">{t('messages.unread')}</span>
          </span>
        ) : null}
      </p>
    </header>
  );
}

function Revealed({ id }: { id: number }) {
  return (
    <button type="button" class="msg-revealed" onClick={() => removeOne(id)}>
      <Icon name="trash" />
      <span>{t('messages.delete')}</span>
    </button>
  );
}
