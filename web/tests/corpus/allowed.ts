// What the page of the messages may consist of, for the check of what a message makes of it.

const everywhere = [
  'class',
  'id',
  'title',
  'role',
  'tabindex',
  'dir',
  'aria-label',
  'aria-labelledby',
  'aria-hidden',
  'aria-expanded',
];

const elements: Record<string, string[]> = {
  div: ['data-row'],
  span: ['data-click'],
  article: ['data-row', 'data-cut', 'aria-posinset', 'aria-setsize'],
  header: [],
  p: [],
  h2: [],
  h3: [],
  h4: [],
  h5: [],
  h6: [],
  em: [],
  strong: [],
  del: [],
  blockquote: [],
  ul: [],
  ol: ['start'],
  li: [],
  code: [],
  pre: [],
  hr: [],
  br: [],
  table: [],
  thead: [],
  tbody: [],
  tr: [],
  th: [],
  td: [],
  label: [],
  time: ['datetime'],
  a: ['href', 'target', 'rel'],
  img: ['src', 'alt', 'loading', 'decoding', 'referrerpolicy', 'width', 'height'],
  input: ['type', 'checked', 'disabled'],
  button: ['type', 'aria-haspopup', 'aria-pressed'],
  svg: ['viewBox', 'width', 'height', 'fill', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin', 'focusable'],
  path: ['d', 'stroke-width'],
};

const picture = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/;

/** What of the tree is not allowed; empty if all is. `base` is the address of the page. */
export function offences(root: Element, base: string): string[] {
  const found: string[] = [];
  for (const element of root.querySelectorAll('*')) {
    const tag = element.tagName.toLowerCase();
    const allowed = elements[tag];
    if (!allowed) found.push(`<${tag}>`);
    for (const { name } of element.attributes) {
      if (!everywhere.includes(name) && !allowed?.includes(name)) found.push(`<${tag} ${name}>`);
    }
    if (tag === 'a') found.push(...link(element));
    const src = element.getAttribute('src');
    if (src !== null && !picture.test(src) && !src.startsWith(`${base}image/`) && !/^image\/[\w.-]+$/.test(src))
      found.push(`src=${src}`);
    if (tag === 'input' && element.getAttribute('type') !== 'checkbox')
      found.push(`<input type=${element.getAttribute('type')}>`);
  }
  return found;
}

function link(element: Element): string[] {
  const href = element.getAttribute('href') ?? '';
  const found: string[] = [];
  let protocol = '';
  try {
    protocol = new URL(href).protocol;
  } catch {
    found.push(`href=${href}`);
  }
  if (protocol && !['http:', 'https:', 'mailto:', 'tel:'].includes(protocol)) found.push(`href=${href}`);
  if (element.getAttribute('target') !== '_blank') found.push(`target of ${href}`);
  if (element.getAttribute('rel') !== 'noopener noreferrer') found.push(`rel of ${href}`);
  return found;
}
