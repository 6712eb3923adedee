// The parts of a service worker's scope that are used; TypeScript has them only where the page's own are not.

export interface Extendable extends Event { waitUntil(work: Promise<unknown>): void }
export interface Fetching extends Extendable { request: Request; respondWith(answer: Promise<Response>): void }
export interface Pushed extends Extendable { data: {text(): string} | null }
export interface Clicked extends Extendable { notification: Notification }

export interface Window {
  url: string;
  visibilityState: 'visible' | 'hidden';
  focused: boolean;
  focus(): Promise<Window>;
  postMessage(data: unknown): void;
}

export interface Scope {
  registration: ServiceWorkerRegistration;
  clients: {
    claim(): Promise<void>;
    matchAll(options: {type: 'window'; includeUncontrolled: boolean}): Promise<Window[]>;
    openWindow(url: string): Promise<Window | null>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate' | 'pushsubscriptionchange', run: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', run: (event: Fetching) => void): void;
  addEventListener(type: 'push', run: (event: Pushed) => void): void;
  addEventListener(type: 'notificationclick', run: (event: Clicked) => void): void;
}
