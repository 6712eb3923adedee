// A small reverse proxy: below a path, and without WebSockets if wanted.
import {createServer, request, type IncomingMessage, type Server as Http} from 'node:http';
import {once} from 'node:events';
import type {Socket} from 'node:net';
import {freePort} from './server';

export type ProxyOptions = {prefix?: string; refuseUpgrades?: boolean};

export class Proxy {
  refused = 0;
  private sockets = new Set<Socket>();
  private constructor(private http: Http, readonly port: number, readonly prefix: string) {}
  get url(): string { return `http://127.0.0.1:${this.port}${this.prefix}/`; }

  static async start(target: number, {prefix = '', refuseUpgrades = false}: ProxyOptions = {}): Promise<Proxy> {
    const to = (from: IncomingMessage) => ({host: '127.0.0.1', port: target, method: from.method, headers: from.headers,
      path: from.url!.slice(prefix.length) || '/'});
    const http = createServer((from, answer) => {
      if (!from.url!.startsWith(`${prefix}/`)) return void answer.writeHead(404).end('not below the path');
      const on = request(to(from), (back) => {
        answer.writeHead(back.statusCode!, back.headers);
        answer.flushHeaders();
        back.pipe(answer);
      });
      on.on('error', () => answer.destroy());
      answer.on('close', () => on.destroy());
      from.pipe(on);
      return undefined;
    });
    const port = await freePort();
    const proxy = new Proxy(http, port, prefix);
    http.on('connection', (socket) => {
      proxy.sockets.add(socket);
      socket.on('close', () => proxy.sockets.delete(socket));
    });
    http.on('upgrade', (from, socket: Socket, head) => {
      socket.on('error', () => {});
      if (refuseUpgrades || !from.url!.startsWith(`${prefix}/`)) {
        proxy.refused++;
        return void socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      }
      const on = request(to(from));
      on.on('upgrade', (back, behind: Socket, first) => {
        const lines = Object.entries(back.headers).map(([name, value]) => `${name}: ${String(value)}`);
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
        if (first.length) socket.write(first);
        behind.on('error', () => socket.destroy());
        behind.pipe(socket).pipe(behind);
      });
      on.on('error', () => socket.destroy());
      on.on('response', () => socket.destroy());
      on.end(head);
      return undefined;
    });
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.http.close();
    await once(this.http, 'close');
  }
}
