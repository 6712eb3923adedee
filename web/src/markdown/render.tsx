import type { ComponentChildren, VNode } from 'preact';
import { t } from '../i18n';
import { Link } from './Link';
import { Picture } from './Picture';
import type { Align, Tree } from './tree';

const alignClass = { left: 'left', right: 'right', center: 'center' } as const;

/** Vnodes from a list of node types; a kind that is not in it is not rendered. */
export function renderTree(tree: Tree[], appid: number): ComponentChildren[] {
  return tree.map((node) => one(node, appid));
}

function one(node: Tree, appid: number): ComponentChildren {
  if (typeof node === 'string') return node;
  if ('children' in node && node.kind !== 'list' && node.kind !== 'table') return wrap(node, renderTree(node.children, appid));
  switch (node.kind) {
    case 'list':
      return list(node.start, renderTree(node.children, appid));
    case 'table':
      return table(node.children, node.align, appid);
    case 'image':
      return <Picture url={node.url} text={node.text} appid={appid} />;
    case 'code':
      return <code>{node.text}</code>;
    case 'block':
      return (
        <pre tabIndex={0} aria-label={t('messages.code')} role="group">
          <code>{node.text}</code>
        </pre>
      );
    case 'rule':
      return <hr />;
    case 'break':
      return <br />;
    default:
      return null;
  }
}

type WithChildren = Exclude<Extract<Tree, { children: Tree[] }>, { kind: 'list' | 'table' }>;

function wrap(node: WithChildren, inner: ComponentChildren[]): VNode | null {
  switch (node.kind) {
    case 'paragraph':
      return <p>{inner}</p>;
    case 'emphasis':
      return <em>{inner}</em>;
    case 'strong':
      return <strong>{inner}</strong>;
    case 'delete':
      return <del>{inner}</del>;
    case 'quote':
      return <blockquote>{inner}</blockquote>;
    case 'heading':
      return heading(node.level, inner);
    case 'item':
      return item(node.checked, inner);
    case 'link':
      return (
        <Link url={node.url} title={node.title}>
          {inner}
        </Link>
      );
    default:
      return null;
  }
}

// The page has h1 and the message h2, so a message's own begin at h3.
function heading(level: number, inner: ComponentChildren[]): VNode {
  if (level <= 1) return <h3>{inner}</h3>;
  if (level === 2) return <h4>{inner}</h4>;
  if (level === 3) return <h5>{inner}</h5>;
  return <h6>{inner}</h6>;
}

function list(start: number | null, inner: ComponentChildren[]): VNode {
  if (start === null) return <ul>{inner}</ul>;
  return start === 1 ? <ol>{inner}</ol> : <ol start={start}>{inner}</ol>;
}

function item(checked: boolean | null, inner: ComponentChildren[]): VNode {
  if (checked === null) return <li>{inner}</li>;
  return (
    <li class="msg-task">
      <input type="checkbox" checked={checked} disabled aria-label={t(checked ? 'messages.task_done' : 'messages.task_open')} />
      {inner}
    </li>
  );
}

function table(rows: Tree[], align: Align[], appid: number): VNode | null {
  const [head, ...body] = rows;
  if (!head) return null;
  return (
    <div class="msg-table" tabIndex={0} role="group" aria-label={t('messages.table')}>
      <table>
        <thead>{row(head, align, appid, true)}</thead>
        <tbody>{body.map((each) => row(each, align, appid, false))}</tbody>
      </table>
    </div>
  );
}

function row(node: Tree, align: Align[], appid: number, head: boolean): VNode | null {
  if (typeof node === 'string' || node.kind !== 'row') return null;
  return (
    <tr>
      {node.children.map((cell, column) => {
        if (typeof cell === 'string' || cell.kind !== 'cell') return null;
        const side = align[column];
        const className = side ? alignClass[side] : undefined;
        const inner = renderTree(cell.children, appid);
        return head ? <th class={className}>{inner}</th> : <td class={className}>{inner}</td>;
      })}
    </tr>
  );
}
