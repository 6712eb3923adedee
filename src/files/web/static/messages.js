// The list of messages: the newest page, more by paging, live ones on top.
import {get, remove} from './api.js';
import {button, confirmed, make, notice, show, time} from './dom.js';

const kPage = 50;

export class Messages {
  constructor() {
    this.applications = new Map();
    this.application = 0;  // 0 = all
    this.nodes = new Map();  // by id, only those that are shown
    this.newest = -1;  // until a page has been loaded
    this.behind = false;  // the stream opened before that, so messages in between may be missing
    this.next = 0;
    this.turn = 0;  // counts loads, to drop late answers
    this.visible = false;
  }

  path() {
    return this.application ? `application/${this.application}/message` : 'message';
  }

  async open() {
    this.visible = true;
    this.list = make('div', {role: 'feed', 'aria-label': 'Messages'});
    this.more = button('Load more', () => this.loadMore(), {hidden: true});
    const choice = make('select', {'aria-label': 'Application', onchange: () => this.choose(Number(choice.value))});
    this.choice = choice;
    show(
      make('div', {class: 'bar'}, make('h2', {}, 'Messages'),
        make('div', {class: 'actions'}, choice, button('Delete all', () => this.removeAll(), {class: 'danger'}))),
      this.list, make('p', {class: 'quiet none'}, 'No messages yet.'), this.more);
    await this.loadApplications();
    await this.load();
  }

  async choose(application) {
    this.application = application;
    await this.load().catch((error) => notice(error.message));
  }

  async loadApplications() {
    const all = await get('application');
    this.applications = new Map(all.map((application) => [application.id, application]));
    if (!this.applications.has(this.application)) this.application = 0;
    this.choice.replaceChildren(make('option', {value: 0}, 'All applications'),
      ...all.map(({id, name}) => make('option', {value: id}, name)));
    this.choice.value = this.application;
  }

  async load() {
    this.turn += 1;
    this.nodes.clear();
    this.list.replaceChildren();
    await this.append(0);
  }

  loadMore() {
    return this.append(this.next);
  }

  // Messages that arrive meanwhile from the stream are inserted in order.
  async append(since) {
    const turn = this.turn;
    const {messages, paging} = await get(`${this.path()}?limit=${kPage}&since=${since}`);
    if (turn !== this.turn) return;
    this.newest = Math.max(this.newest, messages[0]?.id ?? 0);
    for (const message of messages) this.place(message);
    this.next = paging.since;
    this.more.hidden = !paging.next;
    if (!this.behind || this.application) return;
    this.behind = false;
    await this.catchUp(messages[0]?.id ?? 0);
  }

  // Where its id belongs: nearly always at one of the two ends.
  place(message) {
    if (this.nodes.has(message.id)) return;
    const node = this.card(message);
    node.dataset.id = message.id;
    let after = this.list.lastElementChild;
    if (after && Number(this.list.firstElementChild.dataset.id) < message.id) after = null;
    while (after && Number(after.dataset.id) < message.id) after = after.previousElementSibling;
    if (after) after.after(node);
    else this.list.prepend(node);
    this.nodes.set(message.id, node);
  }

  card(message) {
    const application = this.applications.get(message.appid);
    const level = message.priority > 7 ? ' loud' : message.priority > 3 ? ' middle' : '';
    return make('article', {class: `card thing${level}`},
      make('img', {src: application?.image ?? 'static/defaultapp.png', alt: '', width: 40, height: 40}),
      make('div', {},
        make('div', {class: 'head'}, make('h3', {}, message.title || application?.name || ''), time(message.date)),
        make('p', {class: 'text'}, message.message)),
      button('✕', () => this.remove(message.id), {'aria-label': 'Delete this message'}));
  }

  async remove(id) {
    await remove(`message/${id}`).catch((error) => {
      if (error.status !== 404) throw error;  // already deleted
    });
    this.nodes.get(id)?.remove();
    this.nodes.delete(id);
  }

  async removeAll() {
    const whose = this.applications.get(this.application)?.name;
    if (!await confirmed(whose ? `Delete every message of ${whose}?` : 'Delete every message?')) return;
    await remove(this.path());
    await this.load();
  }

  // From the stream.
  async received(message) {
    this.newest = Math.max(this.newest, message.id);
    if (!this.visible) return;
    if (!this.applications.has(message.appid)) await this.loadApplications();
    if (this.application && this.application !== message.appid) return;
    this.place(message);
  }

  // After a reconnect: reads pages down to a known message, then adds the missed ones, oldest first.
  async catchUp(known = this.newest) {
    if (known < 0) {
      this.behind = true;
      return;
    }
    const missed = [];
    for (let since = 0; ;) {
      const {messages, paging} = await get(`message?limit=${kPage}&since=${since}`);
      missed.push(...messages.filter(({id}) => id > known));
      if (!paging.next || paging.since <= known) break;
      since = paging.since;
    }
    for (const message of missed.reverse()) await this.received(message);
  }
}
