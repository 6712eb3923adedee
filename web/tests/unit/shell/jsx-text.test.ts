// Texts that people read come from the catalogues: no words stand in JSX.
import {readdirSync, readFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import ts from 'typescript';
import {describe, expect, test} from 'vitest';

const root = join(import.meta.dirname, '../../../src');
const kWord = /\p{L}/u;
// Attributes whose values people read or hear. Others hold names of classes, icons, routes, types.
const kSpoken = new Set(['title', 'label', 'placeholder', 'alt', 'hint', 'text', 'error', 'aria-label', 'aria-description', 'aria-valuetext', 'aria-roledescription', 'summary', 'heading']);
// What a program reads is the same in every language.
const kVerbatim = new Set(['code', 'kbd', 'samp', 'pre', 'CodeBox']);
// Names of programs and shops, and the name in the example of a sender.
const kNames = new Set(['F-Droid', 'Google Play', 'APK', 'iGotify', 'gotify-tray', 'gotify-desktop', 'gotify/cli', 'backup']);

function literals(node: ts.Node): ts.Node[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return kWord.test(node.text) ? [node] : [];
  if (ts.isTemplateExpression(node)) {
    const parts = [node.head.text, ...node.templateSpans.map(span => span.literal.text)];
    return parts.some(text => kWord.test(text)) ? [node] : [];
  }
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.PlusToken || kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken) return [...literals(node.left), ...literals(node.right)];
    return kind === ts.SyntaxKind.AmpersandAmpersandToken ? literals(node.right) : [];
  }
  return ts.isParenthesizedExpression(node) ? literals(node.expression) : [];
}

function isVerbatim(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    const tag = ts.isJsxElement(at) ? at.openingElement.tagName : ts.isJsxSelfClosingElement(at) ? at.tagName : null;
    if (tag && kVerbatim.has(tag.getText())) return true;
  }
  return false;
}

/** The words that stand in the JSX of a source text, each with its line. */
export function wordsIn(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const note = (node: ts.Node) => {
    const words = node.getText().trim();
    if (kNames.has(words.replace(/^(['"])(.*)\1$/, '$2'))) return;
    found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${words}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && kWord.test(node.text) && !isVerbatim(node)) note(node);
    if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent) && !isVerbatim(node)) literals(node.expression).forEach(note);
    if (ts.isJsxAttribute(node) && kSpoken.has(node.name.getText()) && !isVerbatim(node)) {
      const value = node.initializer;
      if (value && ts.isStringLiteral(value)) literals(value).forEach(note);
      if (value && ts.isJsxExpression(value) && value.expression) literals(value.expression).forEach(note);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : entry.name.endsWith('.tsx') ? [path] : [];
  });
}

describe('literal text in JSX', () => {
  test('is nowhere', () => {
    const all = sources(root);
    expect(all.length).toBeGreaterThan(10);
    expect(all.flatMap(path => wordsIn(relative(root, path), readFileSync(path, 'utf8')))).toEqual([]);
  });

  test.each([
    '<p>Hello</p>',
    "<p>{'Hello'}</p>",
    "<p>{a ? 'Hello' : t('x')}</p>",
    "<p>{a && 'Hello'}</p>",
    '<p>{`${n} messages`}</p>',
    '<img alt="A picture" />',
    "<Button title={a ?? 'Delete'} />",
  ])('is seen in %s', source => {
    expect(wordsIn('x.tsx', `export const x = ${source};`)).toHaveLength(1);
  });

  test.each(["<p>{t('x')}</p>", '<p class="muted">{n} · {m}</p>', '<code>curl</code>', '<Icon name="bell" />', "<p>{a === 'on' ? t('x') : null}</p>"])('is not seen in %s', source => {
    expect(wordsIn('x.tsx', `export const x = ${source};`)).toEqual([]);
  });
});
