import {expect, test} from 'vitest';
import {filesOf, handling, isOurPage, shownFor, target} from '../../../src/sw/rules';

const scope = 'https://push.example/sub/';

test.each([['', 'index'], ['index.html', 'index'], ['#/message/5', 'index'], ['static/app/app-x1_Y.js', 'hashed'], ['static/app/app-x.css', 'hashed'],
  ['static/defaultapp.png', 'asset'], ['static/icon-192.png', 'asset'], ['manifest.json', 'asset'],
  // never the API
  ...['message', 'message?limit=100', 'current/user', 'stream?events=1', 'image/x.png', 'application', 'docs', 'swagger', 'sw.js', '?token=x', 'static/app/../../message',
    'static/app/a.js?x', 'static/docs.js', 'auth/oidc/login?name=x'].map((path) => [path, 'none'])])('%s: %s', (path, is) => expect(handling('GET', scope + path, scope)).toBe(is));

test('other methods and other places', () => {
  expect(handling('POST', scope, scope)).toBe('none');
  expect(handling('GET', 'https://push.example/', scope)).toBe('none');
  expect(handling('GET', 'https://other.example/sub/static/app/a.js', scope)).toBe('none');
});

const html = '<script src="./static/app/app-1.js"></script><link href="./static/app/app-2.css"><link href="./static/app/app-2.css">';
test('the files of a page', () => expect(filesOf(html)).toEqual(['static/app/app-1.js', 'static/app/app-2.css']));
test('a login page of a proxy is not ours', () => {
  expect(isOurPage('text/html', false, html)).toBe(true);
  expect(isOurPage('text/html; charset=utf-8', true, html)).toBe(false);
  expect(isOurPage('text/html', false, '<form>')).toBe(false);
  expect(isOurPage('application/json', false, html)).toBe(false);
  expect(isOurPage(null, false, html)).toBe(false);
});

test('what is shown of a push', () => {
  expect(shownFor('{"id":7,"appid":1,"title":"T","message":"M","priority":5,"extras":{"client::notification":{"click":{"url":"https://a.example"}}}}')).toEqual({
    title: 'T', options: {body: 'M', tag: 'm7', icon: 'static/defaultapp.png', silent: false, data: {id: 7, click: 'https://a.example'}}});
  expect(shownFor('{"id":7,"title":"T","message":"cut","priority":0,"truncated":true}').options).toMatchObject({body: 'cut…', silent: true});
});

test.each(['', 'null', '[]', '7', '{"id":"x","title":5,"message":{}}', '{"extras":7}', '{"id":-1}'])('%j is shown too', (payload) => {
  const {title, options} = shownFor(payload);
  expect([title, options.tag, options.data]).toEqual(['sharded-gotify', 'other', {}]);
});
test('plain text', () => expect(shownFor('hello').options.body).toBe('hello'));

test.each([[{id: 7}, {page: '#/message/7'}], [{id: 7, click: 'https://a.example/x'}, {url: 'https://a.example/x'}], [{id: 7, click: 'myapp://x'}, {page: '#/message/7'}],
  [{id: 7, click: 'javascript:alert(1)'}, {page: '#/message/7'}], [{id: 7, click: '/x'}, {page: '#/message/7'}], [null, {page: '#/'}], [{id: '7'}, {page: '#/'}]])(
  'a click on %j leads to %j', (data, to) => expect(target(data as never)).toEqual(to));
