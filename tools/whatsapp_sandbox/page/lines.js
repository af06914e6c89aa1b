// Bubbles: how each message of a chat is shown.

import { link, make } from './dom.js';
import { formatted } from './markup.js';

const HOUR = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', numberingSystem: 'latn' };

// The messages to show: edits, deletions and reactions become part of what they concern.
export function digest(lines) {
  const shown = new Map();
  for (const line of lines) {
    const { message } = line;
    const target = shown.get(message.edit?.original_message_id ?? message.revoke?.original_message_id ?? message.reaction?.message_id);
    if (message.type === 'edit') {
      if (target) Object.assign(target, { edited: true, message: { ...target.message, ...message.edit.message } });
    } else if (message.type === 'revoke') {
      if (target) target.deleted = true;
    } else if (message.type === 'reaction') {
      if (target) target.reaction = message.reaction.emoji ?? '';
    } else {
      shown.set(line.id, { ...line });
    }
  }
  return [...shown.values()];
}

// A short form of a message, for quotes.
export function summary(line, words) {
  const { message } = line;
  if (message.type === 'interactive') {
    const { body, button_reply: button, list_reply: row } = message.interactive;
    return (body?.text ?? button?.title ?? row?.title ?? '').split('\n')[0];
  }
  return (message.text?.body ?? words[message.type] ?? words.unsupported).split('\n')[0];
}

// A line of the chat. `press` is called with a chosen button or row, `open` with a list to show.
export function bubble(line, { words, language, quoted, press, open }) {
  const classes = ['line', line.byPerson ? 'own' : '', line.message.type === 'sticker' ? 'bare' : ''];
  const { context = {} } = line.message;
  const shown = line.deleted
    ? [make('p', { className: 'gone' }, words.deleted)]
    : [
        context.forwarded ? make('p', { className: 'mark' }, `↪ ${words.forwarded}`) : null,
        quoted ? make('p', { className: 'quote', dir: 'auto' }, summary(quoted, words)) : null,
        content(line, words),
      ];
  return make(
    'div',
    { className: classes.filter(Boolean).join(' '), 'data-status': line.status },
    make('div', { className: 'bubble' }, shown, foot(line, words, language)),
    line.reaction ? make('span', { className: 'reaction' }, line.reaction) : null,
    line.byPerson ? null : choices(line, words, press, open),
  );
}

function content(line, words) {
  const { message } = line;
  const show = CONTENTS[message.type];
  return show ? show(message[message.type], words) : make('p', { className: 'gone' }, words.unsupported);
}

const CONTENTS = {
  text: ({ body }) => paragraph(body),
  interactive: ({ header, body, footer, button_reply: button, list_reply: row }) => [
    header?.text ? make('p', { className: 'heading', dir: 'auto' }, header.text) : null,
    paragraph(body?.text ?? button?.title ?? row?.title ?? ''),
    row?.description ? make('p', { className: 'small', dir: 'auto' }, row.description) : null,
    footer?.text ? make('p', { className: 'small', dir: 'auto' }, ...formatted(footer.text)) : null,
  ],
  location: ({ latitude, longitude, name, address }, words) => {
    const map = `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(`${latitude},${longitude}`)}`;
    return [
      make('div', { className: 'map' }, make('span', { 'aria-hidden': 'true' }, '📍')),
      make('p', { className: 'place' }, link(map, make('bdi', {}, name || words.location))),
      address ? make('p', { className: 'small', dir: 'auto' }, address) : null,
    ];
  },
  audio: (audio, words) =>
    source(audio)
      ? make('audio', { controls: true, preload: 'none', src: source(audio), 'aria-label': words.audio })
      : make('p', { className: 'voice' }, make('span', { className: 'wave', 'aria-hidden': 'true' }), words.audio),
  image: (image, words) => [
    source(image)
      ? make('img', { src: source(image), alt: image.caption || words.image, loading: 'lazy' })
      : make('div', { className: 'picture' }, make('span', { 'aria-hidden': 'true' }, '🖼️'), words.image),
    image.caption ? paragraph(image.caption) : null,
  ],
  document: (file, words) => [
    make('p', { className: 'file' }, '📄 ', source(file) ? link(source(file), file.filename || words.document) : words.document),
    file.caption ? paragraph(file.caption) : null,
  ],
  sticker: (_, words) => make('p', { className: 'sticker', role: 'img', 'aria-label': words.sticker }, '🙏'),
  contacts: (cards) =>
    cards.map(({ name, phones = [] }) =>
      make(
        'p',
        { className: 'card' },
        make('span', { 'aria-hidden': 'true' }, '👤 '),
        make('bdi', {}, name.formatted_name),
        phones.map(({ phone }) => make('bdi', { className: 'small', dir: 'ltr' }, phone)),
      ),
    ),
};

function paragraph(text) {
  return make('p', { className: 'text', dir: 'auto' }, ...formatted(text));
}

// What the business sends can be fetched; what people send here is invented and has no file.
function source({ id, link: address, sha256 }) {
  if (address) return address;
  return id && !sha256 ? `sandbox/media/${encodeURIComponent(id)}` : '';
}

function foot(line, words, language) {
  const time = new Intl.DateTimeFormat(language, HOUR).format(new Date(line.at * 1000));
  const ticks = line.byPerson
    ? make('span', { className: 'ticks', role: 'img', 'aria-label': words[line.status], title: words[line.status] }, line.status === 'sent' ? '✓' : '✓✓')
    : null;
  return make('p', { className: 'foot' }, line.edited && !line.deleted ? words.edited : null, make('time', {}, time), ticks);
}

function choices(line, words, press, open) {
  const action = line.message.interactive?.action;
  if (!action) return null;
  if (action.sections) {
    const button = make('button', { type: 'button', 'aria-haspopup': 'dialog', onclick: () => open(line) }, '☰ ', make('bdi', {}, action.button));
    return make('div', { className: 'choices' }, button);
  }
  const buttons = action.buttons.map(({ reply }) =>
    make('button', { type: 'button', dir: 'auto', onclick: () => press(line, 'button_reply', reply) }, reply.title),
  );
  return make('div', { className: 'choices' }, buttons);
}
