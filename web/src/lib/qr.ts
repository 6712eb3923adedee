// QR codes (ISO/IEC 18004) of bytes with error correction M, versions 1 to 20: up to 666 bytes.
import {blocks, check} from './qr-code';

const kMaxVersion = 20;
// By version, for correction M: codewords of correction in a block, and the number of blocks.
const kCheckWords = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const kBlocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

type Grid = (boolean | undefined)[][];  // undefined: not yet set

function rawBits(version: number): number {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const count = Math.floor(version / 7) + 2;
    bits -= (25 * count - 10) * count - 55;
    if (version >= 7) bits -= 36;
  }
  return bits;
}

const words = (version: number) => rawBits(version) >> 3;
const dataWords = (version: number) => words(version) - kCheckWords[version - 1]! * kBlocks[version - 1]!;
const lengthBits = (version: number) => version < 10 ? 8 : 16;

function encode(bytes: Uint8Array, version: number): Uint8Array {
  const capacity = dataWords(version);
  const bits: number[] = [];
  const put = (value: number, count: number) => { for (let i = count - 1; i >= 0; --i) bits.push((value >> i) & 1); };
  put(4, 4);  // bytes
  put(bytes.length, lengthBits(version));
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, capacity * 8 - bits.length));
  put(0, (8 - bits.length % 8) % 8);
  for (let filler = 0xec; bits.length < capacity * 8; filler ^= 0xec ^ 0x11) put(filler, 8);
  return Uint8Array.from({length: capacity}, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8).join(''), 2));
}

function alignment(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2, size = version * 4 + 17;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  return [6, ...Array.from({length: count - 1}, (_, i) => size - 7 - (count - 2 - i) * step)];
}

function square(grid: Grid, x: number, y: number, radius: number, dark: (distance: number) => boolean): void {
  for (let dy = -radius; dy <= radius; ++dy) {
    for (let dx = -radius; dx <= radius; ++dx) {
      const row = grid[y + dy];
      if (row && x + dx >= 0 && x + dx < grid.length) row[x + dx] = dark(Math.max(Math.abs(dx), Math.abs(dy)));
    }
  }
}

function patterns(version: number): Grid {
  const size = version * 4 + 17;
  const grid: Grid = Array.from({length: size}, () => Array<boolean | undefined>(size).fill(undefined));
  for (let i = 0; i < size; ++i) grid[6]![i] = grid[i]![6] = i % 2 === 0;
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(grid, x, y, 4, (d) => d !== 2 && d !== 4);
  const at = alignment(version);
  at.forEach((x, i) => at.forEach((y, j) => {
    const last = at.length - 1;
    if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;  // the large squares are there
    square(grid, x, y, 2, (d) => d !== 1);
  }));
  if (version >= 7) {
    const bits = (version << 12) | check(version, 0x1f25, 12);
    for (let i = 0; i < 18; ++i) {
      const a = size - 11 + i % 3, b = Math.floor(i / 3);
      grid[b]![a] = grid[a]![b] = ((bits >> i) & 1) === 1;
    }
  }
  format(grid, 0);  // takes the places
  return grid;
}

function format(grid: Grid, mask: number): void {
  const size = grid.length;
  const bits = ((mask << 10) | check(mask, 0x537, 10)) ^ 0x5412;  // correction M is 00
  const bit = (i: number) => ((bits >> i) & 1) === 1;
  for (let i = 0; i <= 5; ++i) grid[i]![8] = bit(i);
  grid[7]![8] = bit(6);
  grid[8]![8] = bit(7);
  grid[8]![7] = bit(8);
  for (let i = 9; i < 15; ++i) grid[8]![14 - i] = bit(i);
  for (let i = 0; i < 8; ++i) grid[8]![size - 1 - i] = bit(i);
  for (let i = 8; i < 15; ++i) grid[size - 15 + i]![8] = bit(i);
  grid[size - 8]![8] = true;
}

// The free places in the order of the standard: columns of two from the right, up and down in turn.
function places(grid: Grid): [x: number, y: number][] {
  const size = grid.length, out: [number, number][] = [];
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const up = ((right + 1) & 2) === 0;
    for (let i = 0; i < size; ++i) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) if (grid[y]![x] === undefined) out.push([x, y]);
    }
  }
  return out;
}

const kMasks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => x * y % 2 + x * y % 3 === 0,
  (x, y) => (x * y % 2 + x * y % 3) % 2 === 0,
  (x, y) => ((x + y) % 2 + x * y % 3) % 2 === 0,
];

// How hard the code is to read: long runs, squares of one colour, what looks like a corner, too dark or too light.
function penalty(grid: boolean[][]): number {
  const size = grid.length;
  const columns = grid.map((_, x) => grid.map((row) => row[x]!));
  let sum = 0, dark = 0;
  for (const line of [...grid, ...columns]) {
    const text = line.map((one) => one ? '1' : '0').join('');
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const found of text.matchAll(/(?=10111010000|00001011101)/g)) sum += found ? 40 : 0;
  }
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      const one = grid[y]![x];
      if (one) ++dark;
      if (x && y && one === grid[y]![x - 1] && one === grid[y - 1]![x] && one === grid[y - 1]![x - 1]) sum += 3;
    }
  }
  return sum + Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size)) * 10;
}

// Rows of modules, true = dark, without the light border of 4. Throws a RangeError if the text is too long.
export function qr(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (version <= kMaxVersion && dataWords(version) * 8 < 4 + lengthBits(version) + bytes.length * 8) ++version;
  if (version > kMaxVersion) throw new RangeError(`${bytes.length} bytes are too many for a QR code; 666 fit`);
  const data = blocks(encode(bytes, version), words(version), kBlocks[version - 1]!, kCheckWords[version - 1]!);
  const empty = patterns(version);
  const free = places(empty);
  const drawn = kMasks.map((mask, index) => {
    const grid = empty.map((row) => [...row]);
    free.forEach(([x, y], i) => { grid[y]![x] = (((data[i >> 3] ?? 0) >> (7 - i % 8)) & 1) === 1 !== mask(x, y); });
    format(grid, index);
    return grid as boolean[][];
  });
  return drawn.reduce((best, one) => penalty(one) < penalty(best) ? one : best);
}
