// localStorage under names of this server only: servers under other paths of the same origin share it. Where storage is
// switched off, everything is forgotten with the page.

export function prefix(): string {
  return `sg:${typeof document === 'undefined' ? '/' : new URL('.', document.baseURI).pathname}:`;
}

export function read(name: string): string | null {
  try {
    return localStorage.getItem(prefix() + name);
  } catch {
    return null;
  }
}

export function readJson<T>(name: string): T | undefined {
  try {
    return JSON.parse(read(name) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

// undefined removes. False: not stored.
export function write(name: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(prefix() + name);
    else localStorage.setItem(prefix() + name, typeof value === 'string' ? value : JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function names(): string[] {
  try {
    const start = prefix();
    return Object.keys(localStorage).filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
  } catch {
    return [];
  }
}
