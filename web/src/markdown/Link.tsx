import type { ComponentChildren } from 'preact';
import { isSafeLink } from '../lib/url';

/** A link to somewhere else: a new tab that learns nothing of this page. What is no http, https, mailto or tel stays text. */
export function Link({ url, title, children }: { url: string; title?: string; children: ComponentChildren }) {
  if (!isSafeLink(url)) return <span class="msg-no-link">{children}</span>;
  return (
    <a class="msg-out" href={url} title={title || url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
