// What is shown before the server has answered: the newest messages and the places in the stream where they end, in
// IndexedDB, one record for each user. Where there is no IndexedDB, nothing is kept.
import {prefix} from './storage';
import type {Message, ReadMarks} from './types';

const kMessages = 500;
const kBytes = 2_000_000;

export interface Cursors {
  head: number;  // id of the newest message
  eventId: number;
  epoch: string;
}

export interface Cached {
  messages: Message[];  // newest first, without gaps
  more: boolean;  // whether there are older ones on the server
  cursors: Cursors;
  marks: ReadMarks;
}

function asPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function withStore<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const opening = indexedDB.open(`${prefix()}cache`, 1);
    opening.onupgradeneeded = () => { opening.result.createObjectStore('users'); };
    const db = await asPromise(opening);
    try {
      return await asPromise(run(db.transaction('users', mode).objectStore('users')));
    } finally {
      db.close();
    }
  } catch {
    return undefined;  // private window, full disk: the page works without
  }
}

// The newest that fit.
export function trimmed(cached: Cached): Cached {
  let bytes = 0;
  let count = 0;
  for (const message of cached.messages.slice(0, kMessages)) {
    bytes += 200 + 2 * (message.message.length + message.title.length) + (message.extras ? 2 * JSON.stringify(message.extras).length : 0);
    if (bytes > kBytes) break;
    ++count;
  }
  return {...cached, messages: cached.messages.slice(0, count), more: cached.more || count < cached.messages.length};
}

export async function load(user: string): Promise<Cached | undefined> {
  return withStore<Cached | undefined>('readonly', (store) => store.get(user));
}

export async function save(user: string, cached: Cached): Promise<void> {
  await withStore('readwrite', (store) => store.put(trimmed(cached), user));
}

export async function forget(user: string): Promise<void> {
  await withStore('readwrite', (store) => store.delete(user));
}
