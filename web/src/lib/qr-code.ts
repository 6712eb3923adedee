// The error correction of QR codes.

// The remainder of value * 2^bits by a polynomial over GF(2) of that degree.
export function check(value: number, polynomial: number, bits: number): number {
  let rest = value;
  for (let i = 0; i < bits; ++i) rest = (rest << 1) ^ ((rest >> (bits - 1)) * polynomial);
  return rest;
}

// Product in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1.
function times(a: number, b: number): number {
  let out = 0;
  for (let i = 7; i >= 0; --i) {
    out = (out << 1) ^ ((out >> 7) * 0x11d);
    out ^= ((b >> i) & 1) * a;
  }
  return out;
}

function divisor(degree: number): number[] {
  const out = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; ++i) {
    for (let j = 0; j < degree; ++j) out[j] = times(out[j]!, root) ^ (out[j + 1] ?? 0);
    root = times(root, 2);
  }
  return out;
}

function remainder(data: Uint8Array, by: number[]): number[] {
  let out = by.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ out[0]!;
    out = [...out.slice(1), 0].map((one, i) => one ^ times(by[i]!, factor));
  }
  return out;
}

// Splits the data into blocks, adds the correction to each and interleaves them.
export function blocks(data: Uint8Array, words: number, count: number, checkWords: number): number[] {
  const short = count - words % count;  // so many blocks have a byte less
  const length = Math.floor(words / count) - checkWords;
  const by = divisor(checkWords);
  const parts: Uint8Array[] = [];
  for (let i = 0, from = 0; i < count; ++i) {
    const size = length + (i < short ? 0 : 1);
    parts.push(data.subarray(from, from += size));
  }
  const out: number[] = [];
  for (let i = 0; i <= length; ++i) for (const part of parts) if (i < part.length) out.push(part[i]!);
  const checks = parts.map((part) => remainder(part, by));
  for (let i = 0; i < checkWords; ++i) for (const one of checks) out.push(one[i]!);
  return out;
}
