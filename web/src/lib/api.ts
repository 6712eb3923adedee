// Requests to the server. Every address is relative to the page, so that a proxy may put a prefix before it. The session
// is an HttpOnly cookie that this program never sees.

export type Result<T> =
  | {ok: true; value: T}
  | {ok: false; status: number; text: string; retryAfter?: number};  // status 0: the server was not reached

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface CallOptions {
  body?: unknown;  // FormData as it is, a string as it is, anything else as JSON
  query?: Record<string, string | number | undefined>;
  basic?: {name: string; pass: string};
  keepalive?: boolean;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export function basic(name: string, pass: string): string {
  const bytes = new TextEncoder().encode(`${name}:${pass}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function address(path: string, query: CallOptions['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (!given.length) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function fields(options: CallOptions): RequestInit {
  const headers: Record<string, string> = {...options.headers};
  let body: BodyInit | undefined;
  if (options.body instanceof FormData || typeof options.body === 'string') {
    body = options.body;
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  if (options.basic) headers['Authorization'] = basic(options.basic.name, options.basic.pass);
  return {
    headers,
    ...(body !== undefined && {body}),
    ...(options.keepalive && {keepalive: true}),
    ...(options.signal && {signal: options.signal}),
  };
}

// Seconds to wait, from a header that is a number or a date.
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

function parsed(text: string): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;  // a plugin's YAML, or a page of a proxy
  }
}

function description(json: unknown, status: number): string {
  if (typeof json === 'object' && json && 'errorDescription' in json) return String(json.errorDescription);
  return `HTTP ${status}`;
}

// Never throws. `path` is relative, e.g. 'application/3'.
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<Result<T>> {
  try {
    const answer = await fetch(address(path, options.query), {method, ...fields(options)});
    const json = parsed(await answer.text());
    if (answer.ok) return {ok: true, value: json as T};
    const wait = retryAfter(answer.headers.get('Retry-After'));
    return {ok: false, status: answer.status, text: description(json, answer.status), ...(wait !== undefined && {retryAfter: wait})};
  } catch (error) {
    return {ok: false, status: 0, text: error instanceof Error ? error.message : String(error)};
  }
}
