import { describe, expect, test } from 'vitest';
import { decodeNamedCharacterReference } from '../../../src/markdown/entities';
import { parse } from '../../../src/markdown/parse';
import { maxDepth, type Tree } from '../../../src/markdown/tree';

const paragraph = (...children: Tree[]): Tree[] => [{ kind: 'paragraph', children }];

describe('Markdown', () => {
  test('has GFM', () => {
    expect(parse('~~a~~ https://b.example')).toEqual(
      paragraph({ kind: 'delete', children: ['a'] }, ' ', {
        kind: 'link',
        url: 'https://b.example',
        title: '',
        children: ['https://b.example'],
      }),
    );
    expect(parse('- [x] a')).toEqual([
      { kind: 'list', start: null, children: [{ kind: 'item', checked: true, children: paragraph('a') }] },
    ]);
    const row = (...texts: string[]): Tree => ({
      kind: 'row',
      children: texts.map((text) => ({ kind: 'cell', children: [text] })),
    });
    expect(parse('|a|b|\n|-|:-:|\n|1|2|')).toEqual([
      { kind: 'table', align: [null, 'center'], children: [row('a', 'b'), row('1', '2')] },
    ]);
  });

  test('has no HTML and no footnotes', () => {
    expect(parse('<b>x</b>')).toEqual(paragraph('<b>x</b>'));
    expect(parse('<div>\n*x*\n</div>')).toEqual(paragraph('<div>\n', { kind: 'emphasis', children: ['x'] }, '\n</div>'));
    expect(parse('x[^1]\n\n[^1]: note')).not.toContainEqual(expect.objectContaining({ kind: 'footnote' }));
  });

  test('follows references, also those that come later', () => {
    expect(parse('[a][X] ![b][x]\n\n[x]: https://a.example "t"')).toEqual(
      paragraph({ kind: 'link', url: 'https://a.example', title: 't', children: ['a'] }, ' ', {
        kind: 'image',
        url: 'https://a.example',
        text: 'b',
      }),
    );
  });

  test('is cut where it is nested too deeply', () => {
    const deep = (trees: Tree[]): number =>
      1 + Math.max(0, ...trees.map((tree) => (typeof tree === 'object' && 'children' in tree ? deep(tree.children) : 0)));
    const tree = parse(`${'> '.repeat(300)}end`);
    expect(deep(tree)).toBeLessThanOrEqual(maxDepth + 1);
    expect(JSON.stringify(tree)).toContain('end');
  });

  test('fails where it has too many parts', () => {
    expect(() => parse('*a* '.repeat(8000))).toThrow(/nodes/);
  });
});

test('the references of HTML 4 are known, and no others', () => {
  expect(parse('&eacute;&hearts;&apos;&nbsp;&yuml;&Alpha;')).toEqual(paragraph("é♥'\u00a0ÿΑ"));
  expect(decodeNamedCharacterReference('colon')).toBe(false);
  expect(decodeNamedCharacterReference('__proto__')).toBe(false);
});
