// Fractional keys for the order of applications, as the package fractional-indexing makes them: a letter that says how many
// digits of an integer follow ('a' one, 'b' two, 'Z' one of a negative, ...), these digits, then a fraction.
const kDigits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const kZero = '0';
const kSmallest = `A${kZero.repeat(26)}`;

const digit = (index: number) => kDigits.charAt(index);

function integerLength(head: string): number {
  if (head >= 'a' && head <= 'z') return head.charCodeAt(0) - 'a'.charCodeAt(0) + 2;
  if (head >= 'A' && head <= 'Z') return 'Z'.charCodeAt(0) - head.charCodeAt(0) + 2;
  return 0;
}

export function isKey(key: string): boolean {
  const length = integerLength(key.charAt(0));
  return length > 0 && key.length >= length && key !== kSmallest && !key.slice(length).endsWith(kZero) &&
    [...key.slice(1)].every((letter) => kDigits.includes(letter));
}

const integerOf = (key: string) => key.slice(0, integerLength(key.charAt(0)));

// The integer after, or before; undefined if there is none.
function step(integer: string, up: boolean): string | undefined {
  const digits = [...integer.slice(1)];
  const last = kDigits.length - 1;
  for (let i = digits.length - 1; i >= 0; --i) {
    const value = kDigits.indexOf(digits[i]!) + (up ? 1 : -1);
    if (value >= 0 && value <= last) {
      digits[i] = digit(value);
      return integer.charAt(0) + digits.join('');
    }
    digits[i] = digit(up ? 0 : last);
  }
  return carried(integer.charAt(0), up);
}

function carried(head: string, up: boolean): string | undefined {
  if (head === (up ? 'z' : 'A')) return undefined;
  if (head === (up ? 'Z' : 'a')) return up ? `a${kZero}` : `Z${digit(kDigits.length - 1)}`;
  const next = String.fromCharCode(head.charCodeAt(0) + (up ? 1 : -1));
  return next + digit(up ? 0 : kDigits.length - 1).repeat(integerLength(next) - 1);
}

// A fraction between two others; without b, above a.
function midpoint(a: string, b?: string): string {
  if (b !== undefined) {
    let same = 0;
    while ((a.charAt(same) || kZero) === b.charAt(same)) ++same;
    if (same > 0) return b.slice(0, same) + midpoint(a.slice(same), b.slice(same));
  }
  const low = a ? kDigits.indexOf(a.charAt(0)) : 0;
  const high = b !== undefined ? kDigits.indexOf(b.charAt(0)) : kDigits.length;
  if (high - low > 1) return digit(Math.round((low + high) / 2));
  if (b !== undefined && b.length > 1) return b.charAt(0);
  return digit(low) + midpoint(a.slice(1));
}

function below(b: string): string {
  const integer = integerOf(b);
  if (integer === kSmallest) return integer + midpoint('', b.slice(integer.length));
  if (integer < b) return integer;
  const found = step(integer, false);
  if (!found) throw new RangeError(`no key is below ${b}`);
  return found;
}

function above(a: string): string {
  const integer = integerOf(a);
  return step(integer, true) ?? integer + midpoint(a.slice(integer.length));
}

// A key above `a` and below `b`; undefined = no limit. Throws a RangeError if a >= b or one of them is no key.
export function between(a?: string, b?: string): string {
  for (const key of [a, b]) if (key !== undefined && !isKey(key)) throw new RangeError(`'${key}' is not a sort key`);
  if (a !== undefined && b !== undefined && a >= b) throw new RangeError(`'${a}' is not below '${b}'`);
  if (a === undefined) return b === undefined ? `a${kZero}` : below(b);
  if (b === undefined) return above(a);
  const from = integerOf(a), to = integerOf(b);
  if (from === to) return from + midpoint(a.slice(from.length), b.slice(to.length));
  const next = step(from, true);
  return next !== undefined && next < b ? next : from + midpoint(a.slice(from.length));
}
