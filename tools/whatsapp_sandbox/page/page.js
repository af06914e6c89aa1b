// The phone: who one is, what is sent, and what comes back.

import * as actions from './actions.js';
import { make } from './dom.js';
import { bubble, digest, summary } from './lines.js';

const PEOPLE = [
  { number: '212600000001', name: 'first' },
  { number: '212600000002', name: 'second' },
  { number: '212600000003', name: 'third', hidden: true },
];
const LANGUAGES = ['fr', 'ar'];
const PAUSE = 500; // ms between two looks

const $ = (id) => document.getElementById(id);
const [log, sheet, field] = [$('log'), $('sheet'), $('text')];

let words = {};
let language = LANGUAGES.find((known) => known === new URLSearchParams(location.search).get('lang')) ?? LANGUAGES[0];
let person = PEOPLE[0];
let revision = '';
let lines = [];
let shown = new Map(); // id of a line: its element, and from what it was made
let quoting = null; // the line that the next text answers
let editing = null; // the own line that the next text replaces

async function speak(chosen) {
  words = await (await fetch(`${chosen}.json`)).json();
  language = chosen;
  Object.assign(document.documentElement, { lang: chosen, dir: words.direction });
  document.title = words.title;
  history.replaceState(null, '', `?lang=${chosen}`);
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = words[element.dataset.word];
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', words[element.dataset.label]);
  for (const element of document.querySelectorAll('[data-hint]')) element.placeholder = words[element.dataset.hint];
  Object.assign($('language'), { textContent: words.other_name, lang: words.other });
  $('person').replaceChildren(...PEOPLE.map(({ number, name }) => make('option', { value: number, selected: number === person.number }, words[name])));
  forgetShown();
  render();
}

function forgetShown() {
  shown = new Map();
  log.replaceChildren();
}

function render(typing = false) {
  const nearEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const before = new Map(shown);
  const elements = lines.map((line) => {
    const made = JSON.stringify(line);
    const known = before.get(line.id);
    if (known?.made === made) return known.element;
    const context = line.message.context ?? {};
    const quoted = lines.find(({ id }) => id === (context.id ?? context.message_id));
    const pressed = line.message.type === 'interactive' && line.byPerson;
    const element = bubble(line, { words, language, quoted: pressed ? null : quoted, press, open: openList });
    shown.set(line.id, { made, element });
    return element;
  });
  // Elements that stay are not moved: the keyboard's focus stays on them.
  elements.forEach((element, place) => {
    if (log.children[place] !== element) log.insertBefore(element, log.children[place] ?? null);
  });
  while (log.children.length > elements.length) log.lastChild.remove();
  if (typing) log.append(make('div', { className: 'typing', role: 'img', 'aria-label': words.typing }, make('i'), make('i'), make('i')));
  $('presence').textContent = typing ? words.typing : words.online;
  if (nearEnd) log.scrollTop = log.scrollHeight;
}

async function look() {
  const asked = person;
  const address = `sandbox/chat?person=${asked.number}&after=${revision}`;
  const found = await (await fetch(address)).json();
  if (asked !== person) return;
  revision = found.revision;
  if (found.lines) lines = digest(found.lines);
  render(found.typing);
}

async function watch() {
  for (;;) {
    try {
      await look();
      tell('');
    } catch {
      tell(words.down);
    }
    await new Promise((wake) => setTimeout(wake, PAUSE));
  }
}

function tell(trouble) {
  $('trouble').hidden = !trouble;
  if ($('trouble').textContent !== trouble) $('trouble').textContent = trouble;
}

async function send(message, context) {
  const body = { from: person.number, name: words[person.name], message, only_user_id: Boolean(person.hidden), ...(context ? { context } : {}) };
  const answer = await fetch('sandbox/messages', { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  log.scrollTop = log.scrollHeight;
}

// Do something that needs the sandbox; say so when it is not there.
async function attempt(work) {
  try {
    await work();
    await look();
    log.scrollTop = log.scrollHeight;
  } catch {
    tell(words.down);
  }
}

function press(line, kind, reply) {
  return attempt(() => send(actions.choice(kind, reply), { id: line.id }));
}

function submit() {
  const body = field.value.trim();
  if (!body) return;
  const message = editing ? actions.edit(editing.id, body) : actions.text(body);
  const context = quoting ? { id: quoting.id } : undefined;
  attempt(async () => {
    await send(message, context);
    field.value = '';
    setAside();
    fit();
  });
}

// Show above the text field what the next text answers or replaces.
function setAside({ quote = null, own = null } = {}) {
  [quoting, editing] = [quote, own];
  $('aside').hidden = !(quote || own);
  $('aside').querySelector('p').textContent = quote ? summary(quote, words) : own ? words.editing : '';
  field.focus();
}

function fit() {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

function openSheet(title, rows) {
  $('sheet-title').textContent = title;
  sheet.querySelector('.rows').replaceChildren(...rows);
  sheet.showModal();
}

function sheetButton(label, description, work, enabled = true) {
  const choose = () => {
    sheet.close();
    work();
  };
  return make(
    'button',
    { type: 'button', disabled: !enabled, onclick: choose },
    make('span', { dir: 'auto' }, label),
    description ? make('span', { className: 'small', dir: 'auto' }, description) : null,
  );
}

function openList(line) {
  const { button, sections } = line.message.interactive.action;
  openSheet(
    button,
    sections.flatMap(({ title, rows }) => [
      title ? make('h3', { dir: 'auto' }, title) : '',
      ...rows.map((row) => sheetButton(row.title, row.description, () => press(line, 'list_reply', row))),
    ]),
  );
}

function openMenu() {
  const own = lines.filter((line) => line.byPerson && !line.deleted);
  const lastOwn = own.at(-1);
  const lastText = own.filter((line) => line.message.type === 'text').at(-1);
  const lastAnswer = lines.filter((line) => !line.byPerson).at(-1);
  const once = (message, context) => () => attempt(() => send(message, context));
  const typed = () => field.value.trim();
  openSheet(words.more, [
    sheetButton(words.voice, '', once(actions.voice())),
    sheetButton(words.image, '', once(actions.image(typed()))),
    sheetButton(words.place_tangier, '', once(actions.place('tangier', words.tangier))),
    sheetButton(words.place_rabat, '', once(actions.place('rabat', words.rabat))),
    sheetButton(words.sticker, '', once(actions.sticker())),
    sheetButton(words.contact, '', once(actions.contact(words.second))),
    sheetButton(words.react, '', once(actions.reaction(lastAnswer?.id)), Boolean(lastAnswer)),
    sheetButton(words.quote, '', () => setAside({ quote: lastAnswer }), Boolean(lastAnswer)),
    sheetButton(words.forward, '', once(actions.text(typed() || words.sample_forwarded), { forwarded: true })),
    sheetButton(words.split, words.sample_split.join(' / '), () => attempt(() => Promise.all(words.sample_split.map((part) => send(actions.text(part)))))),
    sheetButton(words.edit, '', () => startEdit(lastText), Boolean(lastText)),
    sheetButton(words.delete, '', once(actions.revoke(lastOwn?.id)), Boolean(lastOwn)),
  ]);
}

function startEdit(line) {
  field.value = line.message.text.body;
  setAside({ own: line });
  fit();
}

function becomePerson(number) {
  person = PEOPLE.find((known) => known.number === number);
  [revision, lines] = ['', []];
  forgetShown();
  setAside();
  attempt(async () => {});
}

$('person').addEventListener('change', (event) => becomePerson(event.target.value));
$('language').addEventListener('click', () => speak(words.other));
$('more').addEventListener('click', openMenu);
$('aside').querySelector('button').addEventListener('click', () => setAside());
sheet.querySelector('.top button').addEventListener('click', () => sheet.close());
// A tap beside the sheet closes it.
sheet.addEventListener('click', (event) => event.target === sheet && sheet.close());
field.addEventListener('input', fit);
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});

await speak(language);
field.focus();
watch();
