import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmAutolinkLiteralFromMarkdown } from 'mdast-util-gfm-autolink-literal';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import { reduce } from './reduce';
import type { Tree } from './tree';

// CommonMark and GFM without footnotes. HTML is text like any other: its constructs are off.
export function parse(text: string): Tree[] {
  return reduce(
    fromMarkdown(text, {
      extensions: [
        gfmTable(),
        gfmStrikethrough({ singleTilde: false }),
        gfmTaskListItem(),
        gfmAutolinkLiteral(),
        { disable: { null: ['htmlFlow', 'htmlText'] } },
      ],
      mdastExtensions: [
        gfmTableFromMarkdown(),
        gfmStrikethroughFromMarkdown(),
        gfmTaskListItemFromMarkdown(),
        gfmAutolinkLiteralFromMarkdown(),
      ],
    }),
  );
}
