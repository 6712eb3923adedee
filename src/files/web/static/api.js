// Requests to the server. Every address is relative to the page, so that a proxy may put a prefix before it; the session
// is an HttpOnly cookie, which this script never sees.
import {ask, field} from './dom.js';

export class ApiError extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// Who is signed in: current/user, or null. `lost` is called when the server no longer knows the session.
export const session = {user: null, lost: () => {}};

export function basic(name, password) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return {Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}`};
}

async function send(method, path, body, headers = {}) {
  const options = {method, headers: {...headers}};
  if (body instanceof FormData) {
    options.body = body;
  } else if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options).catch(() => { throw new ApiError(0, 'The server cannot be reached.'); });
  const text = await answer.text();
  let json;
  try {
    json = text ? JSON.parse(text) : undefined;
  } catch {
    json = undefined;  // e.g. a proxy's page
  }
  if (answer.ok) return json;
  throw new ApiError(answer.status, json?.errorDescription ?? `The server answered ${answer.status}.`);
}

// Gotify 3 asks for the password again before deletions and administration.
function elevate() {
  const {name, clientId} = session.user;
  return ask('Please confirm your password', [
    field('Password', {name: 'password', type: 'password', autocomplete: 'current-password', required: true}),
  ], 'Confirm', async ({password}) => {
    await send('POST', `client/${clientId}/elevate`, {durationSeconds: 3600}, basic(name, password));
    return true;
  });
}

export async function request(method, path, body) {
  try {
    return await send(method, path, body);
  } catch (error) {
    if (error.status === 401 && session.user) {
      session.user = null;
      session.lost();
    }
    const wants = error.status === 403 && error.message.startsWith('session not elevated');
    if (!wants || !session.user?.clientId || !await elevate()) throw error;
    return send(method, path, body);
  }
}

export const get = (path) => request('GET', path);
export const post = (path, body) => request('POST', path, body);
export const remove = (path) => request('DELETE', path);

export async function signIn(name, password) {
  session.user = await send('POST', 'auth/local/login', {name: 'web page'}, basic(name, password));
}

export async function signOut() {
  await send('POST', 'auth/logout');
  session.user = null;
}

export const register = (name, pass) => send('POST', 'user', {name, pass, admin: false});
