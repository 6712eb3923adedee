import { seen } from '../../state/reads';

const kShare = 0.6;
const kMs = 1500;
const kTick = 250;

const ids = new Map<Element, number>();
const since = new Map<Element, number>();
let timer: ReturnType<typeof setInterval> | undefined;
let observer: IntersectionObserver | undefined;

// Of a message taller than the window 60 % never show, so then it is 60 % of the window.
function entriesChanged(entries: IntersectionObserverEntry[]) {
  for (const entry of entries) {
    const tall = entry.rootBounds ? entry.intersectionRect.height >= kShare * entry.rootBounds.height : false;
    if (entry.isIntersecting && (entry.intersectionRatio >= kShare || tall)) {
      if (!since.has(entry.target)) since.set(entry.target, performance.now());
    } else since.delete(entry.target);
  }
  if (since.size > 0) timer ??= setInterval(tick, kTick);
}

export function attentive(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function tick() {
  const now = performance.now();
  for (const [element, begin] of since) {
    if (!attentive()) since.set(element, now);
    else if (now - begin >= kMs) {
      const id = ids.get(element);
      since.delete(element);
      if (id !== undefined) seen(id);
    }
  }
  if (since.size === 0) {
    clearInterval(timer);
    timer = undefined;
  }
}

/** Reads the message once most of it has been in sight for a moment, in a tab that has the focus. */
export function watch(element: Element, id: number): () => void {
  observer ??= new IntersectionObserver(entriesChanged, { threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1] });
  ids.set(element, id);
  observer.observe(element);
  return () => {
    observer?.unobserve(element);
    ids.delete(element);
    since.delete(element);
  };
}
