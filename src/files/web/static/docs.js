// The Swagger document of this server as a page to read.

// make('a', {href: './'}, 'Messages'): children are strings or elements, so nothing here parses HTML.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

const kOrder = ['message', 'application', 'client', 'user', 'auth', 'plugin', 'info', 'version', 'health'];

// "Message", "[Message]" or "integer", as a link if it is described.
function kind(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    return make('a', {href: `#${name}`}, name);
  }
  if (schema.type === 'array') return make('span', {}, '[', kind(schema.items), ']');
  return make('span', {}, schema.type ?? 'anything');
}

const row = (...cells) => make('tr', {}, ...cells.map((cell) => make('td', {}, cell)));

function parameters(operation) {
  const rows = (operation.parameters ?? []).map((given) => row(make('code', {}, given.name), given.in,
    kind(given.schema ?? given), (given.required ? 'required. ' : '') + (given.description ?? '')));
  return rows.length ? make('table', {}, make('caption', {class: 'quiet'}, 'Parameters'), make('tbody', {}, ...rows)) : null;
}

function answers(operation) {
  const rows = Object.entries(operation.responses).map(([status, answer]) =>
    row(make('code', {}, status), answer.schema ? kind(answer.schema) : '', answer.description));
  return make('table', {}, make('caption', {class: 'quiet'}, 'Responses'), make('tbody', {}, ...rows));
}

function access(operation) {
  const names = (operation.security ?? []).flatMap(Object.keys);
  if (!names.length) return 'Public.';
  const ways = [];
  if (names.some((name) => name.startsWith('appToken'))) ways.push("an application's token");
  if (names.some((name) => name.startsWith('clientToken'))) ways.push("a client's token");
  if (names.includes('basicAuth')) ways.push('name and password');
  return `With ${ways.join(' or ')}.`;
}

function operationCard(method, path, operation) {
  return make('details', {class: 'card', id: operation.operationId},
    make('summary', {}, make('b', {}, method.toUpperCase()), make('code', {}, path), ` ${operation.summary}`),
    operation.description ? make('p', {}, operation.description) : null,
    make('p', {class: 'quiet'}, access(operation)), parameters(operation), answers(operation));
}

function definitionCard(name, definition) {
  const rows = Object.entries(definition.properties).map(([key, schema]) => row(make('code', {}, key), kind(schema),
    [definition.required?.includes(key) ? 'required' : '', schema.description ?? ''].filter(Boolean).join('. ')));
  return make('section', {class: 'card', id: name}, make('h3', {}, name), make('table', {}, make('tbody', {}, ...rows)));
}

function page(api) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({method, path, operation})));
  const group = (tag) => [make('h2', {}, tag), ...operations.filter(({operation}) => operation.tags[0] === tag)
    .map(({method, path, operation}) => operationCard(method, path, operation))];
  document.getElementById('main').replaceChildren(make('p', {}, api.info.description), make('p', {class: 'quiet'}, `${api.info.title} at ${api.host}`),
    ...kOrder.flatMap(group), make('h2', {}, 'Objects'),
    ...Object.entries(api.definitions).map(([name, definition]) => definitionCard(name, definition)));
}

try {
  const base = location.host + location.pathname.replace(/\/[^/]*$/, '');
  const address = `swagger?base=${encodeURIComponent(base)}`;
  document.getElementById('document').href = address;
  page(await (await fetch(address)).json());
} catch (error) {
  const notice = document.getElementById('notice');
  notice.textContent = `The API description cannot be read: ${error.message}`;
  notice.hidden = false;
}
