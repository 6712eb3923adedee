// The one line at the top: what is wrong with the connection or the server, or that a new version is there. Several may hold
// at once; the gravest is shown.
import {computed, signal, type ReadonlySignal} from '@preact/signals';

export interface Strip {
  kind: 'offline' | 'reconnecting' | 'busy' | 'full' | 'proxy' | 'update';
  retryAt?: number;  // milliseconds since 1970
  action?: () => void;
}

const kOrder: Strip['kind'][] = ['offline', 'reconnecting', 'full', 'busy', 'update', 'proxy'];
const kHeld = signal<ReadonlyMap<Strip['kind'], Strip>>(new Map());
const kTimers = new Map<Strip['kind'], ReturnType<typeof setTimeout>>();

export const strip: ReadonlySignal<Strip | null> = computed(() => {
  const kind = kOrder.find((one) => kHeld.value.has(one));
  return kind ? kHeld.value.get(kind)! : null;
});

// `ms`: it goes away by itself.
export function raise(what: Strip, ms?: number): void {
  clearTimeout(kTimers.get(what.kind));
  kTimers.delete(what.kind);
  kHeld.value = new Map(kHeld.peek()).set(what.kind, what);
  if (ms !== undefined) kTimers.set(what.kind, setTimeout(() => lower(what.kind), ms));
}

export function lower(...kinds: Strip['kind'][]): void {
  if (!kinds.some((kind) => kHeld.peek().has(kind))) return;
  const next = new Map(kHeld.peek());
  for (const kind of kinds) {
    clearTimeout(kTimers.get(kind));
    next.delete(kind);
  }
  kHeld.value = next;
}
