// A server of its own: its folder, its port. It can be killed and started again.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {appendFileSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';

export const kProgram = process.env.PUSH_PROGRAM ?? resolve(import.meta.dirname, '../../../../build/release/sharded-gotify');
const kStart = 60_000;  // ms, for a machine that does ten other things

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const {port} = probe.address() as {port: number};
  probe.close();
  await once(probe, 'close');
  return port;
}

export type Settings = Record<string, string>;

export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'push-web-'));
  private child: ChildProcess | undefined;
  private constructor(readonly port: number, private settings: Settings) {}

  get url(): string { return `http://127.0.0.1:${this.port}/`; }
  get log(): string { return readFileSync(join(this.folder, 'log'), 'utf8'); }

  static async start(settings: Settings): Promise<Server> {
    const server = new Server(await freePort(), settings);
    await server.run();
    return server;
  }

  async run(more: Settings = {}): Promise<void> {
    this.settings = {...this.settings, ...more};
    const child = spawn(kProgram, [], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        GOTIFY_SERVER_LISTENADDR: '127.0.0.1',
        GOTIFY_SERVER_PORT: String(this.port),
        GOTIFY_DATABASE_CONNECTION: join(this.folder, 'push.db'),
        GOTIFY_UPLOADEDIMAGESDIR: join(this.folder, 'images'),
        GOTIFY_DEFAULTUSER_PASS: 'admin',
        GOTIFY_PASSSTRENGTH: '4',
        ...(process.env.PUSH_UIDIR && {GOTIFY_UIDIR: process.env.PUSH_UIDIR}),
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => appendFileSync(join(this.folder, 'log'), text));
    this.child = child;
    const until = Date.now() + kStart;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${kProgram} has ended with ${child.exitCode}:\n${this.log}`);
      const answer = await fetch(`${this.url}health`).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > until) throw new Error(`${kProgram} does not answer at ${this.url}health:\n${this.log}`);
      await new Promise((done) => setTimeout(done, 30));
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, {recursive: true, force: true});
  }
}
