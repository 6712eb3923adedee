// Which page is shown: the form if signed out; if signed in, the page named after # in the address.
import {get, register, session, signIn, signOut} from './api.js';
import {field, form, make, notice, show} from './dom.js';
import {account, applications, clients, users} from './manage.js';
import {Messages} from './messages.js';
import {Stream} from './stream.js';

const messages = new Messages();
const report = (error) => notice(error.message);

const stream = new Stream({
  onMessage: (message) => messages.received(message).catch(report),
  onOpen: () => messages.catchUp().catch(report),
  onState: (text) => { document.getElementById('link').textContent = text; },
});

const pages = {
  '#/': {title: 'Messages', open: () => messages.open()},
  '#/applications': {title: 'Applications', open: applications},
  '#/clients': {title: 'Clients', open: clients},
  '#/users': {title: 'Users', open: users, admin: true},
  '#/account': {title: 'Account', open: () => account(leave)},
};

function showTabs(current) {
  const tabs = document.getElementById('tabs');
  tabs.hidden = !session.user;
  tabs.replaceChildren(...Object.entries(pages)
    .filter(([, page]) => session.user && (!page.admin || session.user.admin))
    .map(([hash, page]) => make('a', {href: hash, 'aria-current': hash === current ? 'page' : false}, page.title)));
}

async function openPage() {
  const hash = location.hash in pages ? location.hash : '#/';
  messages.visible = false;
  showTabs(hash);
  document.title = `${pages[hash].title} · sharded-gotify`;
  await pages[hash].open().catch(report);
}

const nameAndPassword = (kind) => [
  field('Name', {name: 'name', required: true, autocomplete: 'username', autocapitalize: 'none'}),
  field('Password', {name: 'pass', type: 'password', required: true, autocomplete: kind}),
];

async function signInPage() {
  stream.stop();
  messages.visible = false;
  messages.newest = -1;
  showTabs('');
  document.title = 'Sign in · sharded-gotify';
  show(form({class: 'card narrow'}, [make('h2', {}, 'Sign in'), ...nameAndPassword('current-password')], 'Sign in',
    async ({name, pass}) => {
      await signIn(name, pass);
      await enter();
    }));
  const info = await get('gotifyinfo').catch(() => ({}));
  if (!info.register || session.user) return;
  document.getElementById('main').append(form({class: 'card narrow'},
    [make('h2', {}, 'New here?'), ...nameAndPassword('new-password')], 'Register', async ({name, pass}) => {
      await register(name, pass);
      await signIn(name, pass);
      await enter();
    }));
}

async function enter() {
  stream.start();
  await openPage();
}

async function leave() {
  await signOut();
  await signInPage();
}

session.lost = signInPage;
window.addEventListener('hashchange', () => { if (session.user) openPage(); });

try {
  session.user = await get('current/user');
  await enter();
} catch (error) {
  if (error.status !== 401) report(error);
  await signInPage();
}
