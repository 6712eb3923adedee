// @vitest-environment happy-dom
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {bind, keyName, press} from '../../../src/shell/keys';
import {prefs} from '../../../src/state/prefs';

type Init = KeyboardEventInit & {on?: Element};

function key(name: string, {on = document.body, ...init}: Init = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true, ...init});
  Object.defineProperty(event, 'target', {value: on});
  return event;
}
const typed = (name: string, init?: Init, at = 1000) => press(key(name, init), at);

let unbind: (() => void)[] = [];
const bound = (scope: string, map: Parameters<typeof bind>[1]) => unbind.push(bind(scope, map));

beforeEach(() => {
  prefs.value = {...prefs.value, keys: true};
  document.body.innerHTML = '';
  press(key('Esc'), 0);
});
afterEach(() => {
  unbind.forEach(undo => undo());
  unbind = [];
});

describe('names', () => {
  test.each([
    [{key: 'j'}, 'j'],
    [{key: 'J', shiftKey: true}, 'J'],
    [{key: 'J'}, 'j'], // Caps Lock
    [{key: 'о', code: 'KeyJ'}, 'j'], // a Cyrillic keyboard
    [{key: '#'}, '#'],
    [{key: '?', shiftKey: true}, '?'],
    [{key: 'Escape'}, 'Esc'],
    [{key: 'Delete'}, 'Del'],
    [{key: 'ö', code: 'Semicolon'}, 'ö'],
  ])('%o is %s', (event, name) => {
    expect(keyName({code: '', shiftKey: false, ...event})).toBe(name);
  });
});

describe('press', () => {
  test('runs what is bound, and keeps the browser from its own', () => {
    const run = vi.fn();
    bound('a', {j: run});
    const event = key('j');
    expect(press(event)).toBe(true);
    expect(run).toHaveBeenCalledOnce();
    expect(event.defaultPrevented).toBe(true);
  });

  test('asks the last one first, and the next if it does not want it', () => {
    const order: string[] = [];
    bound('outer', {j: () => void order.push('outer')});
    bound('inner', {
      j: () => {
        order.push('inner');
        return false;
      },
    });
    typed('j');
    expect(order).toEqual(['inner', 'outer']);
  });

  test('nothing after unbinding', () => {
    const run = vi.fn();
    bind('a', {j: run})();
    expect(typed('j')).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  test('never while somebody types', () => {
    const run = vi.fn();
    bound('a', {j: run});
    document.body.innerHTML = '<input><textarea></textarea><select></select><input type="checkbox">';
    const [text, area, select, box] = [...document.body.children];
    for (const on of [text, area, select]) expect(typed('j', {on})).toBe(false);
    expect(run).not.toHaveBeenCalled();
    expect(typed('j', {on: box})).toBe(true);
  });

  test.each(['ctrlKey', 'metaKey', 'altKey'] as const)('not with %s', modifier => {
    const run = vi.fn();
    bound('a', {c: run});
    expect(typed('c', {[modifier]: true})).toBe(false);
  });

  test('not behind an open dialog', () => {
    const run = vi.fn();
    bound('a', {j: run});
    document.body.innerHTML = '<dialog open></dialog>';
    expect(typed('j')).toBe(false);
  });

  test('not when switched off', () => {
    const run = vi.fn();
    bound('a', {j: run});
    prefs.value = {...prefs.value, keys: false};
    expect(typed('j')).toBe(false);
  });

  test('Enter is left to a button or a link that has the focus', () => {
    const run = vi.fn();
    bound('a', {Enter: run});
    document.body.innerHTML = '<button></button><article tabindex="0"></article>';
    const [button, article] = [...document.body.children];
    expect(typed('Enter', {on: button})).toBe(false);
    expect(typed('Enter', {on: article})).toBe(true);
  });

  test('a held key repeats a move, and nothing else', () => {
    const run = vi.fn();
    bound('a', {j: run, '#': run});
    expect(typed('j', {repeat: true})).toBe(true);
    expect(typed('#', {repeat: true})).toBe(false);
  });
});

describe('chords', () => {
  test('one key after the other', () => {
    const run = vi.fn();
    const alone = vi.fn();
    bound('a', {'g a': run, a: alone});
    expect(typed('g', {}, 1000)).toBe(false);
    expect(typed('a', {}, 1200)).toBe(true);
    expect(run).toHaveBeenCalledOnce();
    expect(alone).not.toHaveBeenCalled();
    typed('a', {}, 1300);
    expect(alone).toHaveBeenCalledOnce();
  });

  test('the second key counts alone after a while', () => {
    const run = vi.fn();
    const alone = vi.fn();
    bound('a', {'g a': run, a: alone});
    typed('g', {}, 1000);
    typed('a', {}, 2501);
    expect(run).not.toHaveBeenCalled();
    expect(alone).toHaveBeenCalledOnce();
  });

  test('an unknown second key does nothing', () => {
    const alone = vi.fn();
    bound('a', {'g a': vi.fn(), '#': alone});
    typed('g', {}, 1000);
    expect(typed('#', {}, 1100)).toBe(false);
    expect(alone).not.toHaveBeenCalled();
  });
});
