// The messages that are known here, by id and in order, and down to where nothing is missing between them.
import type {Message} from './types';

export const kMost = 10_000;

export class MessageList {
  private byId = new Map<number, Message>();
  private ids: number[] = [];  // ascending
  private floor = Infinity;  // every message of the user from here on is known; 0: all of them
  private appFloors = new Map<number, number>();  // the same of one application, where it is lower
  // Deleted while a page may be on its way that still has them. Ids are not given again before reset().
  private gone = new Set<number>();
  private goneUpTo = new Map<number, number>();  // by application; 0 = of all

  get size(): number { return this.ids.length; }
  get newest(): number { return this.ids.at(-1) ?? 0; }
  get(id: number): Message | undefined { return this.byId.get(id); }

  lowest(appid?: number): number {
    return appid === undefined ? this.floor : Math.min(this.floor, this.appFloors.get(appid) ?? Infinity);
  }

  // Newest first, without those below a gap.
  *newestFirst(appid?: number): Generator<Message> {
    const floor = this.lowest(appid);
    for (let i = this.ids.length - 1; i >= 0 && this.ids[i]! >= floor; --i) {
      const message = this.byId.get(this.ids[i]!)!;
      if (appid === undefined || message.appid === appid) yield message;
    }
  }

  // Those above an id, also when nothing else is known.
  above(id: number): Message[] {
    return this.ids.filter((one) => one > id).map((one) => this.byId.get(one)!);
  }

  private isGone({id, appid}: Message): boolean {
    return this.gone.has(id) || id <= (this.goneUpTo.get(0) ?? 0) || id <= (this.goneUpTo.get(appid) ?? 0);
  }

  // Returns how many were new.
  put(messages: readonly Message[]): number {
    const fresh = messages.filter((message) => !this.byId.has(message.id) && !this.isGone(message));
    if (!fresh.length) return 0;
    const before = this.newest;
    for (const message of fresh) {
      this.byId.set(message.id, message);
      this.ids.push(message.id);
    }
    if (fresh.length > 1 || fresh[0]!.id < before) this.ids.sort((a, b) => a - b);
    return fresh.length;
  }

  // A page of the list of all messages, or of an application; `end`: the server has no older ones.
  putPage(messages: readonly Message[], end: boolean, appid?: number): void {
    this.put(messages);
    const floor = Math.min(this.lowest(appid), end ? 0 : messages.at(-1)?.id ?? 0);
    if (appid === undefined) this.floor = floor;
    else this.appFloors.set(appid, floor);
  }

  drop(ids: readonly number[]): void {
    const known = ids.filter((id) => this.byId.delete(id));
    for (const id of ids) this.gone.add(id);
    if (!known.length) return;
    const out = new Set(known);
    this.ids = this.ids.filter((id) => !out.has(id));
  }

  dropUpTo(upTo: number, appid?: number): number[] {
    const key = appid ?? 0;
    this.goneUpTo.set(key, Math.max(this.goneUpTo.get(key) ?? 0, upTo));
    const out = this.ids.filter((id) => id <= upTo && (appid === undefined || this.byId.get(id)!.appid === appid));
    this.drop(out);
    for (const id of out) this.gone.delete(id);  // goneUpTo says it
    if (appid === undefined && upTo >= this.floor) this.floor = 0;
    if (appid !== undefined && upTo >= this.lowest(appid)) this.appFloors.set(appid, 0);
    return out;
  }

  // Forgets the oldest beyond the limit.
  trim(most = kMost): void {
    if (this.ids.length <= most) return;
    const cut = this.ids.splice(0, this.ids.length - most);
    for (const id of cut) this.byId.delete(id);
    const lowest = this.ids[0]!;
    this.floor = Math.max(this.floor, lowest);
    for (const [appid, floor] of this.appFloors) this.appFloors.set(appid, Math.max(floor, lowest));
  }

  // Everything again, after something was missed.
  replace(messages: readonly Message[], end: boolean): void {
    const {gone, goneUpTo} = this;
    this.reset();
    this.gone = gone;
    this.goneUpTo = goneUpTo;
    this.putPage(messages, end);
  }

  // Ids may be given again after this.
  reset(): void {
    this.byId = new Map();
    this.ids = [];
    this.floor = Infinity;
    this.appFloors = new Map();
    this.gone = new Set();
    this.goneUpTo = new Map();
  }
}
