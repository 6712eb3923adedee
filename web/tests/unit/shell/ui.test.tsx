// @vitest-environment happy-dom
import {render} from 'preact';
import {act} from 'preact/test-utils';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {AppPicture, Button, Count, Dialog, Field, monogram, NumberInput, Select, Tabs, TextInput} from '../../../src/ui';

let box: HTMLElement;
beforeEach(() => {
  box = document.createElement('div');
  document.body.replaceChildren(box);
});
afterEach(() => render(null, box));
const show = (what: Parameters<typeof render>[0]) => act(() => render(what, box));
const find = <T extends HTMLElement>(selector: string) => box.querySelector<T>(selector)!;

describe('dialogs', () => {
  const buttons = (
    <>
      <Button>Cancel</Button>
      <Button kind="danger">Delete</Button>
    </>
  );

  test('the focus goes to the first field and returns afterwards', () => {
    document.body.insertAdjacentHTML('afterbegin', '<button id="opener"></button>');
    const opener = document.getElementById('opener')!;
    opener.focus();
    show(
      <Dialog title="T" onClose={() => {}} actions={buttons}>
        <TextInput value="" onInput={() => {}} readOnly />
        <TextInput value="" onInput={() => {}} class="second" />
      </Dialog>,
    );
    expect(find<HTMLDialogElement>('dialog').open).toBe(true);
    expect(document.activeElement?.className).toContain('second');
    show(null);
    expect(document.activeElement).toBe(opener);
  });

  test('without a field it goes to the harmless button', () => {
    show(<Dialog title="T" onClose={() => {}} actions={buttons} />);
    expect(document.activeElement?.textContent).toBe('Cancel');
  });

  test('Esc asks to close; a firm one stays', () => {
    const onClose = vi.fn();
    show(<Dialog title="T" onClose={onClose} />);
    act(() => void find('dialog').dispatchEvent(new Event('cancel', {cancelable: true})));
    expect(onClose).toHaveBeenCalledOnce();
    show(null);
    show(<Dialog title="T" onClose={onClose} firm />);
    act(() => void find('dialog').dispatchEvent(new Event('cancel', {cancelable: true})));
    expect(onClose).toHaveBeenCalledOnce();
    expect(box.querySelector('.dialog-head button')).toBeNull();
  });
});

describe('fields', () => {
  test('label, hint and error belong to the input', () => {
    show(
      <Field label="Name" hint="A hint" error="An error">
        <TextInput value="x" onInput={() => {}} />
      </Field>,
    );
    const input = find<HTMLInputElement>('input');
    expect(find<HTMLLabelElement>('label').htmlFor).toBe(input.id);
    const words = input.getAttribute('aria-describedby')!.split(' ').map(id => document.getElementById(id)?.textContent);
    expect(words).toEqual(['A hint', 'An error']);
  });

  test('an empty number is null, not 0', () => {
    const onInput = vi.fn();
    show(<NumberInput value={5} onInput={onInput} />);
    const input = find<HTMLInputElement>('input');
    input.value = '';
    act(() => void input.dispatchEvent(new Event('input')));
    input.value = '0';
    act(() => void input.dispatchEvent(new Event('input')));
    expect(onInput.mock.calls).toEqual([[null], [0]]);
  });

  test('a busy button takes no click', () => {
    const onClick = vi.fn();
    show(<Button busy onClick={onClick} />);
    act(() => find('button').click());
    show(<Button onClick={onClick} />);
    act(() => find('button').click());
    expect(onClick).toHaveBeenCalledOnce();
  });

  test('a select shows its value', () => {
    show(<Select value="b" options={[{value: 'a', label: 'A'}, {value: 'b', label: 'B'}]} onChange={() => {}} />);
    expect(find<HTMLSelectElement>('select').value).toBe('b');
  });
});

test('tabs: arrows select the next one, and the first after the last', () => {
  const onSelect = vi.fn();
  show(<Tabs tabs={[{id: 'a', label: 'A'}, {id: 'b', label: 'B'}]} selected="b" onSelect={onSelect} />);
  act(() => void find('[role=tablist]').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true})));
  expect(onSelect).toHaveBeenLastCalledWith('a');
  expect([...box.querySelectorAll('[role=tab]')].map(tab => (tab as HTMLElement).tabIndex)).toEqual([-1, 0]);
});

describe('pictures', () => {
  test('the default one becomes a letter on a tile', () => {
    show(<AppPicture app={{id: 9, name: 'backup', image: 'static/defaultapp.png'}} />);
    expect(find('.tile').textContent).toBe('B');
    expect(find('.tile').className).toContain('tile-1');
    show(<AppPicture app={{id: 9, name: 'backup', image: 'image/x.png'}} />);
    expect(find('img').getAttribute('src')).toBe('image/x.png');
  });
  test.each([
    ['backup', 'B'],
    ['  [prod] ci', 'P'],
    ['日本', '日'],
    ['🚀 deploy', '🚀'],
    ['', '?'],
  ])('the letter of "%s"', (name, letter) => expect(monogram(name)).toBe(letter));
});

test('counts: none for 0, 99+ from 100', () => {
  show(<Count n={0} />);
  expect(box.textContent).toBe('');
  show(<Count n={100} />);
  expect(find('[aria-hidden]').textContent).toBe('99+');
});
