import jsqr from 'jsqr';
import {expect, test} from 'vitest';
import {qr} from '../../../src/lib/qr';

const decode = (jsqr as unknown as {default?: typeof jsqr}).default ?? jsqr;

function read(rows: boolean[][]): string | undefined {
  const scale = 4, border = 4, size = (rows.length + 2 * border) * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  rows.forEach((row, y) => row.forEach((dark, x) => {
    if (!dark) return;
    for (let i = 0; i < scale * scale; ++i) {
      const at = (((y + border) * scale + Math.floor(i / scale)) * size + (x + border) * scale + i % scale) * 4;
      pixels.fill(0, at, at + 3);
    }
  }));
  return decode(pixels, size, size)?.data;
}

test.each([['', 21], ['https://push.example.com/', 25], ['a'.repeat(14), 21], ['a'.repeat(15), 25]])('%s has %i modules a side', (text, side) => {
  const rows = qr(text);
  expect(rows.length).toBe(side);
  expect(rows.every((row) => row.length === side)).toBe(true);
});

// Versions 1 to 20, around each limit of a size, with the two lengths of the length field and the version's own bits.
test.each([1, 14, 26, 42, 62, 84, 106, 122, 152, 180, 181, 213, 214, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666])('%i bytes are read back', (length) => {
  const text = Array.from({length}, (_, i) => String.fromCharCode(33 + (i * 37) % 90)).join('');
  expect(read(qr(text))).toBe(text);
});

test('what is not ASCII is UTF-8', () => expect(read(qr('https://grüße.example/ä'))).toBe('https://grüße.example/ä'));
test('too long is an error', () => expect(() => qr('x'.repeat(667))).toThrow(/667 bytes are too many/));
