import { useMemo, useState } from 'preact/hooks';
import { number, t } from '../../i18n';
import { linkify } from '../../lib/url';
import type { Message } from '../../lib/types';
import { Link } from '../../markdown/Link';
import { markdown } from '../../markdown';
import type { Why } from '../../markdown/queue';
import { renderTree } from '../../markdown/render';
import { isMarkdown } from './extras';

const kClosed = 4_000; // characters that six lines can never hold
const kLong = 64 * 1024;

type Props = { message: Message; open: boolean };

export function Body({ message, open }: Props) {
  return isMarkdown(message) ? <MarkdownBody message={message} open={open} /> : <TextBody message={message} open={open} />;
}

const bodyClass = (kind: string, open: boolean) => `msg-body ${kind}${open ? '' : ' clamped'}`;

function TextBody({ message, open }: Props) {
  const [all, setAll] = useState(false);
  const text = message.message;
  const limit = !open ? kClosed : all ? Infinity : kLong;
  const pieces = useMemo(() => linkify(cutAt(text, limit)), [text, limit]);
  return (
    <>
      <div class={bodyClass('text', open)} dir="auto">
        {pieces.map((piece) => ('url' in piece ? <Link url={piece.url}>{piece.url}</Link> : piece.text))}
      </div>
      {open && text.length > limit ? (
        <button type="button" class="msg-text-button" onClick={() => setAll(true)}>
          {t('messages.show_all', { kb: number(Math.ceil(text.length / 1024)) })}
        </button>
      ) : null}
    </>
  );
}

// not through the middle of a surrogate pair
function cutAt(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}

function MarkdownBody({ message, open }: Props) {
  const result = useMemo(() => markdown(message.message), [message.message]).value;
  const tree = result.state === 'done' ? result.tree : null;
  const nodes = useMemo(() => (tree ? renderTree(tree, message.appid) : null), [tree, message.appid]);
  if (nodes) {
    return (
      <div class={bodyClass('markdown', open)} dir="auto">
        {nodes}
      </div>
    );
  }
  if (result.state !== 'plain') {
    return <div class={bodyClass('text waiting', open)}>{cutAt(message.message, kClosed)}</div>;
  }
  return (
    <>
      <TextBody message={message} open={open} />
      <p class="msg-note">{note(result.why)}</p>
    </>
  );
}

function note(why: Why): string {
  switch (why) {
    case 'long':
      return t('messages.markdown_long');
    case 'slow':
      return t('messages.markdown_slow');
    case 'failed':
      return t('messages.markdown_failed');
    case 'off':
      return t('messages.markdown_off');
    case 'busy':
      return t('messages.markdown_busy');
  }
}
