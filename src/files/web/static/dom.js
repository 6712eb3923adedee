// Elements, dialogs and notices. Text goes into the page as text only: nothing here parses HTML.

// make('button', {class: 'main', onclick: run}, 'Save'): children are strings or elements.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function field(label, properties) {
  const input = make('input', properties);
  const row = properties.type === 'checkbox';
  return make('label', {class: row ? 'row' : false}, ...(row ? [input, label] : [label, input]));
}

// A form's values: numbers and booleans converted, files as files.
export function values(form) {
  const out = {};
  for (const input of form.elements) {
    if (!input.name) continue;
    if (input.type === 'checkbox') out[input.name] = input.checked;
    else if (input.type === 'number') out[input.name] = Number(input.value);
    else if (input.type === 'file') out[input.name] = input.files[0];
    else out[input.name] = input.value;
  }
  return out;
}

// `run` gets the form's values; errors that it throws are shown below the fields. `more` is placed next to the button.
export function form(properties, fields, button, run, ...more) {
  const problem = make('div', {role: 'alert', class: 'problem', hidden: true});
  const submit = make('button', {class: 'main'}, button);
  const element = make('form', properties, ...fields, make('div', {class: 'actions'}, submit, ...more), problem);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.hidden = true;
    submit.disabled = true;
    try {
      await run(values(element));
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      submit.disabled = false;
    }
  });
  return element;
}

// Asks in a dialog. Resolves to the result of `run`, or to undefined if the dialog was closed.
export function ask(title, fields, button, run, cancel = 'Cancel') {
  return new Promise((resolve) => {
    let answer;
    const heading = make('h2', {id: 'question'}, title);
    const dialog = make('dialog', {class: 'card', 'aria-labelledby': 'question'}, heading);
    const close = make('button', {type: 'button', onclick: () => dialog.close()}, cancel);
    dialog.append(form({class: 'narrow'}, fields, button, async (given) => {
      answer = await run(given);
      dialog.close();
    }, close));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export async function confirmed(question, button = 'Delete') {
  return await ask(question, [], button, () => true) === true;
}

let hiding = 0;
export function notice(text, good = false) {
  const box = document.getElementById('notice');
  box.className = good ? 'good' : '';
  box.textContent = text;
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, 6000);
}

// A button whose errors are shown as a notice.
export function button(text, run, properties = {}) {
  const element = make('button', {type: 'button', ...properties}, text);
  element.addEventListener('click', async () => {
    element.disabled = true;
    try {
      await run();
    } catch (error) {
      notice(error.message);
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

export function time(text) {
  const date = new Date(text);
  return make('time', {class: 'quiet', datetime: text, title: date.toISOString()}, date.toLocaleString());
}

export function show(...children) {
  document.getElementById('main').replaceChildren(...children);
}
