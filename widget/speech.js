/** Speaking instead of writing, and listening instead of reading, where the browser can. */

// Tried in this order.
const DICTATED = { fr: ['fr-FR'], ar: ['ar-MA', 'ar'] };
const SOUND = 'M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11';
const HARMLESS = ['aborted', 'no-speech'];

let accepted = false; // that the browser may send the voice to its maker: asked once a page
let stop = null;

/**
 * The microphone was tapped: begin to listen, or stop. What is heard goes into the composer, to be read and sent.
 *
 * @param {HTMLElement} button the microphone
 * @param {Object} ui of the panel (see chat.js)
 */
export function dictate(button, ui) {
  if (stop) stop();
  else if (accepted) listen(button, ui, DICTATED[ui.language]);
  else askFirst(button, ui);
}

function askFirst(button, ui) {
  const { make, form } = ui;
  if (form.previousElementSibling.classList.contains('question')) return;
  const answer = (yes) => () => {
    question.remove();
    button.focus();
    accepted = yes;
    if (yes) listen(button, ui, DICTATED[ui.language]);
  };
  const accept = make('button', { type: 'button', 'data-say': 'speech_accept', click: answer(true) });
  const question = make(
    'div',
    { class: 'question', role: 'group' },
    make('p', { 'data-say': 'speech_notice' }),
    accept,
    make('button', { type: 'button', 'data-say': 'speech_decline', click: answer(false) }),
  );
  ui.translate(question);
  form.before(question);
  accept.focus();
}

function listen(button, ui, [language, ...others]) {
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  const recognition = new Recognition();
  const before = ui.input.value.trim();
  let next = null;

  recognition.lang = language;
  recognition.interimResults = true;
  recognition.onresult = ({ results }) => {
    const heard = Array.from(results, ([best]) => best.transcript).join('');
    ui.input.value = `${before} ${heard}`.trim().slice(0, ui.input.maxLength);
    ui.measure();
  };
  recognition.onerror = ({ error }) => {
    if (error === 'language-not-supported' && others.length) next = others;
    else if (!HARMLESS.includes(error)) ui.note('speech_failed');
  };
  recognition.onend = () => {
    stop = null;
    show(false);
    ui.form.removeEventListener('submit', giveUp);
    ui.panel.removeEventListener('close', giveUp);
    if (next) listen(button, ui, next);
  };
  const giveUp = () => {
    recognition.onresult = null;
    recognition.abort();
  };
  stop = () => recognition.stop();
  // What was sent must not come back into the composer, and a closed panel does not listen.
  ui.form.addEventListener('submit', giveUp);
  ui.panel.addEventListener('close', giveUp);
  show(true);
  recognition.start();

  function show(listening) {
    button.setAttribute('aria-pressed', String(listening));
    button.dataset.label = listening ? 'speak_stop' : 'speak';
    ui.translate(ui.form);
  }
}

/**
 * A button that reads an answer aloud, if the device itself has a voice for it (others would send the text away).
 *
 * @param {HTMLElement} place the button goes before it
 * @param {Object} reply as the server gave it
 * @param {Object} ui of the panel
 */
export function offerReading(place, reply, ui) {
  const { make, icon } = ui;
  const button = make(
    'button',
    { type: 'button', class: 'tool', 'data-label': 'read', 'aria-pressed': 'false', click: toggle },
    icon(SOUND),
  );
  const spoken = () => reply.parts.map((part) => [part, voiceFor(part.language)]).filter(([, voice]) => voice);
  const unread = new Set(); // what is being read, or waits for it
  const offer = () => {
    if (button.isConnected || !spoken().length) return;
    place.before(button);
    ui.translate(place.parentElement);
  };
  offer();
  // Browsers fill their list of voices late.
  speechSynthesis.addEventListener('voiceschanged', offer);

  function toggle() {
    const reading = unread.size;
    stopReading();
    if (reading) return;
    ui.panel.addEventListener('close', stopReading, { once: true });
    for (const [part, voice] of spoken()) {
      // Voices read emoji out by name.
      const utterance = new SpeechSynthesisUtterance(part.text.replace(/\p{Extended_Pictographic}/gu, ''));
      const done = () => {
        unread.delete(utterance);
        show();
      };
      Object.assign(utterance, { voice, lang: voice.lang, onend: done, onerror: done });
      unread.add(utterance);
      speechSynthesis.speak(utterance);
    }
    show();
  }

  function stopReading() {
    unread.clear();
    speechSynthesis.cancel();
    show();
  }

  function show() {
    button.setAttribute('aria-pressed', String(unread.size > 0));
  }
}

function voiceFor(language) {
  const voices = speechSynthesis.getVoices();
  return voices.find(({ localService, lang }) => localService && lang.toLowerCase().startsWith(language));
}
