// What the worker hands over: the nodes that the page renders, and no others. It has no HTML in it.

export type Align = 'left' | 'right' | 'center' | null;

export type Tree =
  | string
  | { kind: 'paragraph' | 'emphasis' | 'strong' | 'delete' | 'quote'; children: Tree[] }
  | { kind: 'heading'; level: number; children: Tree[] }
  | { kind: 'list'; start: number | null; children: Tree[] }
  | { kind: 'item'; checked: boolean | null; children: Tree[] }
  | { kind: 'table'; align: Align[]; children: Tree[] }
  | { kind: 'row' | 'cell'; children: Tree[] }
  | { kind: 'link'; url: string; title: string; children: Tree[] }
  | { kind: 'image'; url: string; text: string }
  | { kind: 'code' | 'block'; text: string }
  | { kind: 'rule' | 'break' };

// what goes to the worker and comes back
export type Job = { id: number; text: string };
export type Answer = { ready: true } | { id: number; tree: Tree[] } | { id: number; failed: true };

export const maxBytes = 32 * 1024;
export const maxNodes = 10_000;
export const maxDepth = 40;
