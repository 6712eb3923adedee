// The number of unread messages on the icon of the installed page, and a dot on that of the tab.
import {effect} from '@preact/signals';
import {total} from './reads';

interface Badges {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

async function dotted(href: string): Promise<string> {
  const picture = new Image();
  picture.src = href;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const context = canvas.getContext('2d');
  if (!context) return href;
  context.drawImage(picture, 0, 0, 64, 64);
  context.beginPath();
  context.arc(48, 16, 15, 0, 2 * Math.PI);
  context.fillStyle = '#c0262d';
  context.fill();
  return canvas.toDataURL('image/png');
}

export function startBadge(): () => void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const plain = link?.href ?? '';
  let withDot: Promise<string> | undefined;
  let marked = false;
  return effect(() => {
    const count = total.value;
    const badges = navigator as Badges;
    void (count ? badges.setAppBadge?.(count) : badges.clearAppBadge?.())?.catch(() => {});
    if (!link || marked === count > 0) return;
    marked = count > 0;
    withDot ??= dotted(plain);
    void withDot.then((dot) => { link.href = marked ? dot : plain; }, () => {});
  });
}
