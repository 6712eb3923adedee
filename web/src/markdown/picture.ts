import { here } from '../lib/url';

export type PictureKind = 'here' | 'remote' | 'no';

const maxData = 256 * 1024;
const data = /^data:image\/(?:png|jpeg|gif|webp);base64,([a-z0-9+/]+={0,2})$/i;

/** 'here' is shown at once: a small picture in the text itself, or one of this server's. 'remote' asks first. */
export function pictureKind(url: string): PictureKind {
  if (/^data:/i.test(url)) {
    if (url.length > maxData * 2) return 'no';
    const found = data.exec(url);
    return found && (found[1]!.length * 3) / 4 <= maxData ? 'here' : 'no';
  }
  if (own(url)) return 'here';
  try {
    const { protocol } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? 'remote' : 'no';
  } catch {
    return 'no';
  }
}

// `image/name`, relative or with the address of this server; nothing else of it, so that no picture calls the API
function own(url: string): boolean {
  try {
    const { href } = new URL(url, here(''));
    const folder = here('image/');
    return href.startsWith(folder) && /^[\w.-]+$/.test(href.slice(folder.length));
  } catch {
    return false;
  }
}

export function hostOf(url: string): string {
  try {
    const { host, protocol, pathname } = new URL(url);
    return host || protocol + pathname.slice(0, 40);
  } catch {
    return url.slice(0, 40);
  }
}
