import {describe, expect, test} from 'vitest';
import {fold, hasImage, hasLink, hasWord, isEmpty, matches, parse, withWord} from '../../../src/lib/filter';
import {message} from '../support/page';

const hit = (q: string, more: object = {}, app = 'Backup Server', unread = false) => matches(message(1, more), parse(q), app, unread);

describe('words', () => {
  const text = {title: 'Größe überschritten', message: 'Disk /dev/sda1 is at 91 %'};
  test.each(['', 'disk', 'DISK', 'grosse', 'Größe', 'uberschritten', 'disk 91', '"is at"', 'sda1 "91 %"', 'backup'])('%s is found', (q) => expect(hit(q, text)).toBe(true));
  test.each(['disk ram', '"at is"', '92', 'xyz'])('%s is not', (q) => expect(hit(q, text)).toBe(false));
});

describe('app:', () => {
  test.each(['app:backup', 'app:BACK', 'APP:server', 'app:"backup server"', 'app:x app:backup', 'app:'])('%s fits', (q) => expect(hit(q)).toBe(true));
  test.each(['app:ci', 'app:backup nothing', 'app:"backup  server"'])('%s does not', (q) => expect(hit(q)).toBe(false));
});

describe('priority', () => {
  test.each([['p>=5', 5, true], ['p>=5', 4, false], ['p>5', 5, false], ['p>5', 6, true], ['p<=3', 3, true], ['p<3', 3, false], ['p=8', 8, true],
    ['p:8', 7, false], ['p>=3 p<6', 5, true], ['p>=3 p<6', 6, false], ['P>=-2', -2, true]])('%s of %i: %s', (q, priority, is) => expect(hit(q, {priority})).toBe(is));
  test('an unfinished one is a word', () => expect(parse('p>=').words).toEqual(['p>=']));
});

describe('is: and has:', () => {
  test('is:unread', () => {
    expect(hit('is:unread', {}, 'x', true)).toBe(true);
    expect(hit('is:unread', {}, 'x', false)).toBe(false);
  });
  const markdown = (text: string) => ({message: text, extras: {'client::display': {contentType: 'text/markdown'}}});
  test.each([[{message: 'see https://a.example'}, true], [{message: 'see a.example'}, false], [markdown('[a](mailto:x@y.z)'), true],
    [{message: '[a](mailto:x@y.z)'}, false], [markdown('![a](data:image/png;base64,x)'), false],
    [{extras: {'client::notification': {click: {url: 'myapp://x'}}}}, true]])('has:link in %j: %s', (more, is) => expect(hasLink(message(1, more))).toBe(is));
  test.each([[{extras: {'client::notification': {bigImageUrl: 'https://a.example/b.png'}}}, true], [markdown('![a](x.png)'), true], [{message: '![a](x.png)'}, false]])(
    'has:image in %j: %s', (more, is) => expect(hasImage(message(1, more))).toBe(is));
  test('an unknown one is a word', () => expect(parse('has:cheese').words).toEqual(['has:cheese']));
});

test('chips write the same words', () => {
  expect(withWord('disk', 'is:unread', true)).toBe('disk is:unread');
  expect(withWord('disk IS:unread app:"a b"', 'is:unread', false)).toBe('disk app:"a b"');
  expect(withWord('p>=4', 'p>=4', true)).toBe('p>=4');
  expect(hasWord('a p>=4', 'P>=4')).toBe(true);
  expect(hasWord('ap>=4', 'p>=4')).toBe(false);
});

test('empty', () => {
  expect(isEmpty(parse('  '))).toBe(true);
  for (const q of ['a', 'app:a', 'p>=1', 'is:unread', 'has:link']) expect(isEmpty(parse(q))).toBe(false);
  expect(fold('ÅÉ ﬁ')).toBe('ae fi');
});
