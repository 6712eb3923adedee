import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {openPage, settle, type Page} from '../support/page';

let page: Page;
let apps: typeof import('../../../src/state/apps');
let devices: typeof import('../../../src/state/devices');
let list: {id: number; name: string; description: string; defaultPriority: number; sortKey: string; token: string}[];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  page = openPage();
  list = ['a1', 'Zz', 'a0', 'aA'].map((sortKey, i) => ({id: i + 1, name: `app ${i + 1}`, description: 'd', defaultPriority: 4, sortKey, token: `A${i}`}));
  page.answer(({method, path, body}) => {
    if (path === 'application') return {json: method === 'GET' ? list : {...body, id: 9, token: 'Anew', sortKey: 'b00'}};
    const id = Number(/^application\/(\d+)$/.exec(path)?.[1]);
    if (method === 'PUT' && id) return {json: {...list.find((one) => one.id === id), token: 'stored form', ...body}};
    if (method === 'DELETE' && id) return {};
    return undefined;
  });
  apps = await import('../../../src/state/apps');
  devices = await import('../../../src/state/devices');
  await apps.refresh();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const order = () => apps.apps.value.map((app) => app.id);

describe('applications', () => {
  test('in the order of bytes', () => {
    expect(order()).toEqual([2, 3, 1, 4]);
    expect(apps.appById.value.get(3)!.name).toBe('app 3');
  });

  test('a move sends everything, and is shown at once', async () => {
    const moving = apps.move(4, 3);
    expect(order()).toEqual([2, 4, 3, 1]);
    await moving;
    expect(page.find('PUT', 'application/4')[0]!.body).toEqual({name: 'app 4', description: 'd', defaultPriority: 4, sortKey: 'ZzV'});
    await apps.move(2);
    expect(order()).toEqual([4, 3, 1, 2]);
  });

  test('a move that is refused is put back', async () => {
    page.answer(({method}) => method === 'PUT' ? {status: 400, json: {errorDescription: 'sort key is not unique'}} : undefined);
    expect(await apps.move(4, 2)).toMatchObject({ok: false, text: 'sort key is not unique'});
    expect(order()).toEqual([2, 3, 1, 4]);
    expect(await apps.move(77)).toMatchObject({ok: false});
  });

  test('a key that is none is an error, not a wrong order', async () => {
    list[3]!.sortKey = 'zzzz not valid';
    await apps.refresh();
    expect(await apps.move(1)).toMatchObject({ok: false, text: "'zzzz not valid' is not a sort key"});
  });

  test('a change repeats the place and keeps the listed token', async () => {
    await apps.update(1, {name: 'x', description: '', defaultPriority: 0});
    expect(page.find('PUT', 'application/1')[0]!.body).toEqual({name: 'x', description: '', defaultPriority: 0, sortKey: 'a1'});
    expect(apps.appById.value.get(1)).toMatchObject({name: 'x', token: 'A0'});
  });

  test('a new one gives its token', async () => {
    expect(await apps.create({name: 'n', description: '', defaultPriority: 1})).toMatchObject({value: {token: 'Anew'}});
  });

  test('a new token', async () => {
    page.answer(({path}) => path === 'application/1/security' ? {json: {regenerateToken: {token: 'gtfya.x'}}} : undefined);
    expect(await apps.regenerate(1)).toMatchObject({ok: true, value: {id: 1, name: 'app 1', token: 'gtfya.x'}});
    expect(page.find('PUT', 'application/1/security')[0]!.body).toEqual({regenerateToken: true});
  });

  test('a picture', async () => {
    page.answer(({path}) => path === 'application/1/image' ? {json: {...list[0], image: 'image/x.png'}} : undefined);
    await apps.setImage(1, new Blob(['x'], {type: 'image/png'}));
    expect(page.find('POST', 'application/1/image')[0]!.body.get('file').name).toBe('picture.png');
    expect(apps.appById.value.get(1)!.image).toBe('image/x.png');
  });

  test('remove', async () => {
    await apps.remove(3);
    expect(order()).toEqual([2, 1, 4]);
    page.answer(({method}) => method === 'DELETE' ? {status: 400, json: {errorDescription: 'cannot delete internal application'}} : undefined);
    await apps.remove(1);
    expect(order()).toEqual([2, 1, 4]);
  });

  test('of two answers the later question counts', async () => {
    let first: (() => void) | undefined;
    page.answer(({method}) => method === 'GET' && !first ? new Promise((done) => { first = () => done({json: []}); }) : undefined);
    const slow = apps.refresh();
    await settle();
    await apps.refresh();
    first!();
    await slow;
    expect(order().length).toBe(4);
  });
});

describe('devices', () => {
  beforeEach(async () => {
    const found = [{id: 1, name: 'phone', lastUsed: null, streams: 2, expiresAfterInactivitySeconds: 60}, {id: 2, name: 'page', lastUsed: null, streams: 0}];
    page.answer(({method, path, body}) => {
      if (path === 'client') return {json: method === 'GET' ? found : {...body, id: 3, token: 'C3'}};
      if (method === 'PUT') return {json: {...found[0], ...body, token: 'stored form'}};
      return method === 'DELETE' && path === 'client/2' ? {} : undefined;
    });
    await devices.refresh();
  });

  test('who listens', () => {
    expect(page.find('GET', 'client')[0]!.query.get('presence')).toBe('1');
    expect([devices.online(1), devices.online(2), devices.online(7)]).toEqual([true, false, undefined]);
  });
  test('a new name leaves the expiry, an expiry keeps the name', async () => {
    await devices.rename(1, 'tablet');
    await devices.setExpiry(1, 0);
    expect(page.find('PUT', 'client/1').map((one) => one.body)).toEqual([{name: 'tablet'}, {name: 'tablet', expiresAfterInactivitySeconds: 0}]);
    expect(devices.devices.value[0]).toMatchObject({name: 'tablet', streams: 2});
    expect(devices.devices.value[0]!.token).toBe(undefined);
  });
  test('create and remove', async () => {
    expect(await devices.create('new', 5)).toMatchObject({value: {token: 'C3'}});
    await devices.remove(2);
    expect(devices.devices.value.map((one) => one.id)).toEqual([1]);
    await devices.remove(1);
    expect(devices.devices.value.map((one) => one.id)).toContain(1);
  });
});
