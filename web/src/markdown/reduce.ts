import type { Definition, Nodes, Root } from 'mdast';
import { maxDepth, maxNodes, type Tree } from './tree';

type State = { definitions: Map<string, Definition>; nodes: number };

// Only what the page renders, without positions: a tenth of what would have to be copied to it. Throws if the tree is
// too large to be rendered at once.
export function reduce(root: Root): Tree[] {
  const state: State = { definitions: new Map(), nodes: 0 };
  collect(root, state.definitions, 0);
  return children(root, state, 0);
}

function collect(node: Nodes, definitions: Map<string, Definition>, depth: number) {
  if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node);
  if (depth < maxDepth && 'children' in node) for (const child of node.children) collect(child, definitions, depth + 1);
}

function children(node: Nodes, state: State, depth: number): Tree[] {
  if (!('children' in node)) return [];
  if (depth >= maxDepth) return [plain(node)];
  const out: Tree[] = [];
  for (const child of node.children) {
    const tree = one(child, state, depth + 1);
    if (tree === null) continue;
    if (++state.nodes > maxNodes) throw new Error(`more than ${maxNodes} nodes`);
    out.push(tree);
  }
  return out;
}

// the text of what is nested too deeply; a loop, since recursion is what has to end here
function plain(root: Nodes): string {
  const parts: string[] = [];
  const open: Nodes[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if ('value' in node && typeof node.value === 'string') parts.push(node.value);
    if ('children' in node) for (let i = node.children.length - 1; i >= 0; --i) open.push(node.children[i]!);
  }
  return parts.join('');
}

function one(node: Nodes, state: State, depth: number): Tree | null {
  const inner = () => children(node, state, depth);
  switch (node.type) {
    case 'text':
      return node.value;
    case 'paragraph':
    case 'emphasis':
    case 'strong':
    case 'delete':
      return { kind: node.type, children: inner() };
    case 'blockquote':
      return { kind: 'quote', children: inner() };
    case 'heading':
      return { kind: 'heading', level: node.depth, children: inner() };
    case 'list':
      return { kind: 'list', start: node.ordered ? (node.start ?? 1) : null, children: inner() };
    case 'listItem':
      return { kind: 'item', checked: node.checked ?? null, children: inner() };
    case 'table':
      return { kind: 'table', align: node.align ?? [], children: inner() };
    case 'tableRow':
      return { kind: 'row', children: inner() };
    case 'tableCell':
      return { kind: 'cell', children: inner() };
    case 'inlineCode':
      return { kind: 'code', text: node.value };
    case 'code':
      return { kind: 'block', text: node.value };
    case 'thematicBreak':
      return { kind: 'rule' };
    case 'break':
      return { kind: 'break' };
    case 'link':
      return { kind: 'link', url: node.url, title: node.title ?? '', children: inner() };
    case 'image':
      return { kind: 'image', url: node.url, text: node.alt ?? '' };
    case 'linkReference':
    case 'imageReference':
      return reference(node, state, inner);
    case 'html':
      return node.value;
    default:
      return null;
  }
}

function reference(
  node: Extract<Nodes, { type: 'linkReference' | 'imageReference' }>,
  state: State,
  inner: () => Tree[],
): Tree | null {
  const target = state.definitions.get(node.identifier);
  if (!target) return null;
  if (node.type === 'imageReference') return { kind: 'image', url: target.url, text: node.alt ?? '' };
  return { kind: 'link', url: target.url, title: target.title ?? '', children: inner() };
}
