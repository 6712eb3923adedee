// Calls of the server's API beside the browser: other devices, senders, an administrator.
export interface Application { id: number; token: string; name: string }
export interface Message { id: number; appid: number; message: string; title: string; priority: number; extras?: Record<string, unknown> }
export type Post = {message: string; title?: string; priority?: number; extras?: Record<string, unknown>};

export const basic = (name: string, pass: string) => `Basic ${Buffer.from(`${name}:${pass}`).toString('base64')}`;

export class Person {
  private token = '';
  clientId = 0;
  constructor(readonly url: string, readonly name: string, readonly pass: string) {}

  /** Signs in as a device of its own, beside the browser; elevated, so that it may do everything. */
  async enter(device = 'tests'): Promise<this> {
    const made = await this.send('POST', 'client', {name: device}, basic(this.name, this.pass));
    this.token = made.token as string;
    this.clientId = made.id as number;
    await this.send('POST', `client/${this.clientId}/elevate`, {durationSeconds: 3600}, basic(this.name, this.pass)).catch(() => {});
    return this;
  }

  async status(method: string, path: string, body?: unknown, token = this.token): Promise<number> {
    const answer = await fetch(this.url + path, {method, headers: {'X-Gotify-Key': token, 'Content-Type': 'application/json'},
      ...(body !== undefined && {body: JSON.stringify(body)})});
    await answer.text();
    return answer.status;
  }

  async send<T = Record<string, unknown>>(method: string, path: string, body?: unknown, authorization?: string): Promise<T> {
    const headers: Record<string, string> = authorization ? {Authorization: authorization} : {'X-Gotify-Key': this.token};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const answer = await fetch(this.url + path, {method, headers, ...(body !== undefined && {body: JSON.stringify(body)})});
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  app(name: string, more: object = {}): Promise<Application> {
    return this.send('POST', 'application', {name, defaultPriority: 0, ...more});
  }

  async post(app: Application, what: Post | string): Promise<Message> {
    const body = typeof what === 'string' ? {message: what} : what;
    const answer = await fetch(`${this.url}message`, {method: 'POST', headers: {'X-Gotify-Key': app.token, 'Content-Type': 'application/json'},
      body: JSON.stringify(body)});
    if (!answer.ok) throw new Error(`POST message: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<Message>;
  }

  /** One after the other, so that their order is known. */
  async postAll(app: Application, texts: (Post | string)[]): Promise<Message[]> {
    const out: Message[] = [];
    for (const text of texts) out.push(await this.post(app, text));
    return out;
  }

  async messages(): Promise<Message[]> {
    return (await this.send<{messages: Message[]}>('GET', 'message?limit=200')).messages;
  }

  /** All clients but this one: the browsers. */
  async browsers(): Promise<{id: number; name: string}[]> {
    return (await this.send<{id: number; name: string}[]>('GET', 'client')).filter(({id}) => id !== this.clientId);
  }
}
