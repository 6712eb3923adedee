// The WebSocket that receives messages, and its reconnects.
import {get} from './api.js';

const kFirstWait = 1000;  // milliseconds, doubled with every failure
const kLongestWait = 30000;

export class Stream {
  // onMessage(message); onOpen() after every connect, to fetch what was missed; onState(text) for display.
  constructor(handlers) {
    this.handlers = handlers;
    this.socket = null;
    this.wait = kFirstWait;
    this.timer = 0;
    this.wake = () => {
      if (document.visibilityState === 'visible' && this.timer) this.connect();
    };
  }

  start() {
    window.addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    this.connect();
  }

  stop() {
    window.removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    clearTimeout(this.timer);
    this.timer = 0;
    this.wait = kFirstWait;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.handlers.onState('');
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = 0;
    const address = new URL('stream', document.baseURI);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    address.hash = '';
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener('open', () => {
      this.wait = kFirstWait;
      this.handlers.onState('live');
      this.handlers.onOpen();
    });
    socket.addEventListener('message', (event) => this.handlers.onMessage(JSON.parse(event.data)));
    socket.addEventListener('close', () => this.closed(socket));
  }

  async closed(socket) {
    if (socket !== this.socket) return;
    this.handlers.onState('reconnecting…');
    this.timer = setTimeout(() => this.connect(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, kLongestWait);
    // A session that has ended looks like a broken connection: a 401 here stops this stream.
    await get('current/user').catch(() => {});
  }
}
