// Applications, clients, users and your own account.
import {get, post, remove, request, session} from './api.js';
import {ask, button, confirmed, field, form, make, notice, show, time} from './dom.js';

const bar = (title, ...actions) => make('div', {class: 'bar'}, make('h2', {}, title), make('div', {class: 'actions'}, ...actions));

function used(lastUsed) {
  return lastUsed ? make('span', {class: 'quiet'}, 'Last used ', time(lastUsed)) : make('span', {class: 'quiet'}, 'Never used');
}

// Browsers have navigator.clipboard on https only.
function showToken(title, token) {
  const code = make('code', {}, token);
  return ask(title, [code], 'Copy', () => {
    if (navigator.clipboard) return navigator.clipboard.writeText(token);
    getSelection().selectAllChildren(code);
    if (!document.execCommand('copy')) throw new Error('This browser does not allow copying. The token is selected: copy it yourself.');
  }, 'Close');
}

const applicationFields = (now = {}) => [
  field('Name', {name: 'name', required: true, value: now.name}),
  field('Description', {name: 'description', value: now.description}),
  field('Default priority', {name: 'defaultPriority', type: 'number', value: now.defaultPriority ?? 0}),
];

async function uploadImage(application) {
  const changed = await ask(`Picture of ${application.name}`, [
    field('PNG, JPEG or GIF', {name: 'file', type: 'file', accept: '.png,.jpg,.jpeg,.gif', required: true}),
  ], 'Upload', ({file}) => {
    const body = new FormData();
    body.append('file', file);
    return post(`application/${application.id}/image`, body);
  });
  if (changed) await applications();
}

async function pushMessage(application) {
  const sent = await ask(`A message from ${application.name}`, [
    field('Title', {name: 'title'}),
    field('Message', {name: 'message', required: true, value: 'It works.'}),
    field('Priority', {name: 'priority', type: 'number', value: application.defaultPriority}),
  ], 'Send', (given) => post('message', {...given, appid: application.id}));
  if (sent) notice(`Message ${sent.id} sent.`, true);
}

function applicationCard(application) {
  const path = `application/${application.id}`;
  const custom = application.image !== 'static/defaultapp.png';
  const edit = async () => {
    if (await ask(`Edit ${application.name}`, applicationFields(application), 'Save',
      (given) => request('PUT', path, given))) await applications();
  };
  const replaceToken = async () => {
    if (!await confirmed(`Replace the token of ${application.name}? The old one stops working.`, 'Replace')) return;
    const {regenerateToken} = await request('PUT', `${path}/security`, {regenerateToken: true});
    await applications();
    await showToken(`Token of ${application.name}`, regenerateToken.token);
  };
  const removeIt = async () => {
    if (!await confirmed(`Delete ${application.name} and its messages?`)) return;
    await remove(path);
    await applications();
  };
  return make('article', {class: 'card thing'},
    make('img', {src: application.image, alt: '', width: 56, height: 56}),
    make('div', {},
      make('div', {class: 'head'}, make('h3', {}, application.name), used(application.lastUsed)),
      application.description ? make('p', {class: 'text'}, application.description) : null,
      make('div', {class: 'actions'},
        application.token ? button('Show token', () => showToken(`Token of ${application.name}`, application.token)) : null,
        button('New token', replaceToken),
        button('Send a message', () => pushMessage(application)),
        button('Edit', edit),
        button('Picture', () => uploadImage(application)),
        custom ? button('Remove picture', async () => { await remove(`${path}/image`); await applications(); }) : null,
        button('Delete', removeIt, {class: 'danger', disabled: application.internal}))));
}

export async function applications() {
  const create = async () => {
    const made = await ask('New application', applicationFields(), 'Create', (given) => post('application', given));
    if (!made) return;
    await applications();
    await showToken(`Token of ${made.name}`, made.token);
  };
  const all = await get('application');
  show(bar('Applications', button('New application', create, {class: 'main'})), ...all.map(applicationCard),
    all.length ? '' : make('p', {class: 'quiet'}, 'Create an application: its token lets a program send you messages.'));
}

export async function clients() {
  const create = async () => {
    const made = await ask('New client', [field('Name', {name: 'name', required: true})], 'Create', (given) => post('client', given));
    if (!made) return;
    await clients();
    await showToken(`Token of ${made.name}`, made.token);
  };
  const card = ({id, name, lastUsed}) => make('article', {class: 'card'},
    make('div', {class: 'head'}, make('h3', {}, name), used(lastUsed)),
    make('div', {class: 'actions'},
      id === session.user.clientId ? make('span', {class: 'quiet'}, 'this session') : null,
      button('Delete', async () => {
        if (!await confirmed(`Delete ${name}? It is signed out at once.`)) return;
        await remove(`client/${id}`);
        await clients();
      }, {class: 'danger'})));
  show(bar('Clients', button('New client', create, {class: 'main'})), ...(await get('client')).map(card));
}

export async function users() {
  const create = async () => {
    if (await ask('New user', [
      field('Name', {name: 'name', required: true, autocomplete: 'off'}),
      field('Password', {name: 'pass', type: 'password', required: true, autocomplete: 'new-password'}),
      field('Administrator', {name: 'admin', type: 'checkbox'}),
    ], 'Create', (given) => post('user', given))) await users();
  };
  const card = ({id, name, admin}) => make('article', {class: 'card head'},
    make('h3', {}, name), make('span', {class: 'quiet'}, admin ? 'administrator' : ''),
    button('Delete', async () => {
      if (!await confirmed(`Delete ${name} and everything they own?`)) return;
      await remove(`user/${id}`);
      await users();
    }, {class: 'danger'}));
  show(bar('Users', button('New user', create, {class: 'main'})), ...(await get('user')).map(card));
}

export async function account(leave) {
  const change = form({class: 'card line'}, [
    field('New password', {name: 'pass', type: 'password', required: true, autocomplete: 'new-password'}),
  ], 'Change password', async (given) => {
    await post('current/user/password', given);
    change.reset();
    notice('Password changed.', true);
  });
  const {version} = await get('version');
  show(bar(session.user.name, button('Sign out', leave)), change,
    make('p', {class: 'quiet'}, `Speaks Gotify ${version}. `, make('a', {href: 'docs'}, 'The API')));
}
