export type Key = string | number;

const kEnough = 20; // measured rows, after which their average is the guess for the others

/** Where rows of measured or guessed height begin. Offsets are sums, computed again when a height has changed. */
export class Heights {
  private keys: Key[] = [];
  private index = new Map<Key, number>();
  private known = new Map<Key, number>();
  private sums = new Float64Array(1);
  private from = 0; // the first sum that has to be computed again
  private measured = 0;
  private sum = 0;

  constructor(private guess: number) {}

  setKeys(keys: Key[]) {
    let same = 0;
    while (same < keys.length && same < this.keys.length && keys[same] === this.keys[same]) same++;
    this.keys = keys;
    this.index = new Map(keys.map((key, at) => [key, at]));
    const sums = new Float64Array(keys.length + 1);
    sums.set(this.sums.subarray(0, Math.min(same + 1, this.sums.length)));
    this.sums = sums;
    this.from = Math.min(this.from, same);
    if (this.known.size > 2 * keys.length + 1000) {
      for (const key of this.known.keys()) if (!this.index.has(key)) this.known.delete(key);
    }
  }

  /** Whether that changes where anything is. */
  measure(key: Key, height: number): boolean {
    const before = this.known.get(key);
    if (before !== undefined && Math.abs(before - height) < 0.5) return false;
    this.known.set(key, height);
    this.sum += height - (before ?? 0);
    if (before === undefined && ++this.measured === kEnough) this.learn();
    const at = this.index.get(key);
    if (at !== undefined) this.from = Math.min(this.from, at);
    return at !== undefined;
  }

  /** Another width makes every height a guess again. */
  forget() {
    if (this.measured >= kEnough) this.learn();
    this.known.clear();
    this.measured = this.sum = this.from = 0;
  }

  private learn() {
    this.guess = this.sum / this.measured;
    this.from = 0;
  }

  has(key: Key): boolean {
    return this.known.has(key);
  }

  height(key: Key): number {
    return this.known.get(key) ?? this.guess;
  }

  indexOf(key: Key): number | undefined {
    return this.index.get(key);
  }

  get length() {
    return this.keys.length;
  }

  offset(at: number): number {
    for (let i = this.from; i < this.keys.length; i++) this.sums[i + 1] = this.sums[i]! + this.height(this.keys[i]!);
    this.from = this.keys.length;
    return this.sums[Math.max(0, Math.min(at, this.keys.length))]!;
  }

  total(): number {
    return this.offset(this.keys.length);
  }

  /** The row at this height: the last one that begins at or above it. */
  at(y: number): number {
    this.total();
    let low = 0;
    let high = this.keys.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sums[middle]! <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }
}

/** Rows to render: at least what is between the two heights, widened by `over` on both sides. */
export function rangeOf(heights: Heights, top: number, bottom: number, over: number): [first: number, last: number] {
  if (heights.length === 0) return [0, -1];
  return [heights.at(top - over), heights.at(bottom + over)];
}
