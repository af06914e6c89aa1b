/** The panel: header, conversation, composer. What the first reply does not need (menu, tools, speech) comes later. */

const MOST_TURNS = 200; // kept in the page
const LONGEST = 1000; // characters of a message
const NEARLY = 100; // characters left from which on they are counted
const STILL = 12_000; // ms without an answer after which that is said
const LATE = 30_000; // ms after which another try is offered
const ICONS = {
  close: 'M6 6l12 12M18 6L6 18',
  menu: 'M5 7h14M5 12h14M5 17h14',
  mic: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3',
  send: 'M4 12h15M13 6l6 6-6 6',
};

/**
 * Build the panel and begin, or take up, the conversation.
 *
 * @param {Object} options
 * @param {HTMLElement} options.host the `<dalil-chat>` element
 * @param {Object} options.settings what the script tag said
 * @param {Object} options.kit make, icon, post, load, style, memory and translation of widget.js
 * @param {Object} options.parts what client.js, content.js and exit.js export
 * @param {Object} options.strings of settings.language
 * @param {Promise<Object>} options.first answer to the first request
 * @param {?string} options.token of the remembered session, when there is one
 * @param {function} options.closed called when the panel was closed
 * @returns {{element: HTMLElement, open: function}}
 */
export function createPanel({ host, settings, kit, parts, strings, first, token, closed }) {
  const { make, icon, memory, translation } = kit;
  const { createClient, replyParts, replyButtons, markChosen, leave, watchEscape } = parts;
  const unanswered = new Map(); // message id → its turn
  let { language } = settings;
  let remembers = Boolean(token);
  let client;
  let session;
  let begun; // whether the greeting, or the history, is there
  let said; // whether the person has said something
  let timers = [];

  // Elements. `data-say` and `data-label` name the string that `translate` puts there.

  const button = (attributes, ...children) => make('button', { type: 'button', ...attributes }, ...children);
  const symbol = (name, attributes) => button({ class: 'symbol', ...attributes }, icon(ICONS[name]));
  const hears = 'SpeechRecognition' in window || 'webkitSpeechRecognition' in window;

  const title = make(settings.page ? 'h1' : 'h2', { id: 'title' });
  const other = button({ click: switchLanguage });
  const menuButton = symbol('menu', { 'data-label': 'menu', 'aria-expanded': 'false', click: toggleMenu });
  const menu = make('div', { class: 'menu', hidden: true });
  const log = make('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: 0, 'data-label': 'log' });
  const status = make('p', { role: 'status' });
  const again = button({ 'data-say': 'retry', hidden: true, click: () => (retry(), log.focus()) });
  const count = make('p', { id: 'count', class: 'count', 'aria-live': 'polite' });
  const input = make('textarea', {
    rows: 1,
    maxlength: LONGEST,
    enterkeyhint: 'send',
    'data-label': 'message',
    'aria-describedby': 'count',
    input: measure,
    keydown: onKey,
  });
  const form = make(
    'form',
    { submit },
    hears ? symbol('mic', { 'data-label': 'speak', 'aria-pressed': 'false', click: dictate }) : '',
    input,
    symbol('send', { type: 'submit', class: 'symbol send', 'data-label': 'send' }),
  );
  const panel = make(
    settings.page ? 'div' : 'dialog',
    { class: 'panel', 'aria-labelledby': 'title', tabindex: -1, 'aria-modal': !settings.page && 'true' },
    make(
      'header',
      {},
      settings.logo ? make('img', { src: settings.logo, alt: '' }) : '',
      title,
      other,
      button({ class: 'exit', 'data-say': 'exit', click: go }),
      menuButton,
      settings.page ? '' : symbol('close', { 'data-label': 'close', click: close }),
    ),
    menu,
    log,
    make('div', { class: 'wait' }, status, again),
    count,
    form,
  );

  /** What the parts that come later may use. */
  const ui = {
    ...kit,
    input,
    form,
    panel,
    menuButton,
    translate,
    note,
    measure,
    restart,
    get language() {
      return language;
    },
    get client() {
      return client;
    },
    get remembers() {
      return remembers;
    },
    set remembers(wanted) {
      if (!wanted) memory.forget();
      remembers = wanted && (!session || Boolean(memory.keep(session)));
    },
  };

  const noteClosed = watchEscape({ isOpen: () => settings.page || panel.open, close, go });
  addEventListener('online', retry);
  // "Back" may bring the page as it was left: to whoever holds the phone by then.
  addEventListener('pagehide', () => {
    if (remembers) return;
    wipe();
    input.value = '';
  });
  addEventListener('pageshow', ({ persisted }) => persisted && !remembers && restart('reloaded'));
  panel.addEventListener('cancel', (event) => (event.preventDefault(), close())); // "back" on a phone
  if (window.visualViewport) ['resize', 'scroll'].forEach((name) => visualViewport.addEventListener(name, fit));
  translate(panel);
  note('safety');
  if (!token && performance.getEntriesByType('navigation').some(({ type }) => type === 'reload')) note('reloaded');
  converse(first, token);
  return { element: panel, open };

  // The panel.

  function open() {
    if (settings.page) return;
    panel.showModal();
    // On a phone, the keyboard would cover the greeting.
    (matchMedia('(hover: hover)').matches ? input : panel).focus();
  }

  function close() {
    if (settings.page) return;
    panel.close();
    noteClosed();
    closed();
  }

  function go() {
    client.stop();
    leave({ host, exit: settings.exit, forget: memory.forget });
  }

  /** A phone's keyboard covers the bottom of the page: stay above it. Who zooms in with two fingers means to be near. */
  function fit() {
    if (visualViewport.scale > 1) return;
    host.style.setProperty('--dalil-height', `${visualViewport.height}px`);
    host.style.setProperty('--dalil-top', `${visualViewport.offsetTop}px`);
  }

  /** Put the interface's words, language and direction on what is within an element. */
  function translate(scope) {
    const own = { lang: language, dir: strings.direction };
    const each = (kind, set) => {
      for (const element of scope.querySelectorAll(`[data-${kind}]`)) set(element, strings[element.dataset[kind]]);
    };
    each('say', (element, text) => Object.assign(element, own, { textContent: text }));
    each('label', (element, text) => element.setAttribute('aria-label', text));
    if (scope !== panel) return;
    Object.assign(panel, own);
    Object.assign(other, { textContent: strings.other_name, lang: strings.other });
    title.textContent = settings.name || strings.name;
    input.placeholder = strings.hint;
    if (settings.page) Object.assign(document.documentElement, own);
    measure();
  }

  async function switchLanguage() {
    const { other: next, other_name: name } = strings;
    try {
      strings = await translation(next);
    } catch {
      return note('load_failed');
    }
    language = client.language = next;
    translate(panel);
    if (settings.page) history.replaceState(null, '', `?lang=${next}`);
    if (said) ask(`/language/${next}`, name);
    else restart();
  }

  async function toggleMenu() {
    const opened = menu.hidden;
    if (opened && !menu.hasChildNodes()) {
      const part = await later('menu');
      if (!part) return;
      part.fillMenu(menu, ui);
    }
    menu.hidden = !opened;
    menuButton.setAttribute('aria-expanded', opened);
  }

  function dictate({ currentTarget: microphone }) {
    later('speech').then((part) => part && part.dictate(microphone, ui));
  }

  /** A part that somebody has just asked for, with its look; nothing, and a word about it, when it does not come. */
  function later(part) {
    return withLook(part).catch(() => note('load_failed'));
  }

  async function withLook(part) {
    const [loaded] = await Promise.all([kit.load(part), kit.style('later.css')]);
    return loaded;
  }

  // The conversation.

  function converse(answer, remembered) {
    session = null;
    begun = said = false;
    client = createClient({
      post: kit.post,
      language,
      first: answer,
      token: remembered,
      on: { began, resumed, answered, waiting, refused, session: keep },
    });
    watch();
  }

  /** A new conversation: of the old one nothing stays on the screen or the device. */
  function restart(reason) {
    memory.forget();
    wipe();
    note('safety');
    if (reason) note(reason);
    converse();
  }

  function wipe() {
    client.stop();
    unanswered.clear();
    log.replaceChildren();
  }

  function keep(given) {
    session = given;
    if (remembers) memory.keep(session);
  }

  function began(greeting, expired) {
    begun = true;
    if (expired) note('expired');
    if (!client.pending) addReply(greeting);
    watch();
  }

  function resumed(messages) {
    begun = said = true;
    let choices = null;
    for (const { from, text, reply } of messages) {
      if (from === 'person') {
        if (choices) markChosen(icon, choices, text);
        addPerson(text);
      } else {
        choices = addReply(reply).querySelector('.choices');
      }
    }
    watch();
  }

  /** Send a text. Of a button, its title is shown. */
  function ask(text, shown = text) {
    said = true;
    const turn = addPerson(shown);
    unanswered.set(client.say(text).id, turn);
    if (client.failing) mark(turn, 'waiting');
    else if (client.pending === 1) watch();
  }

  function answered({ id }, reply) {
    mark(unanswered.get(id));
    unanswered.delete(id);
    if (reply.erased) log.replaceChildren();
    addReply(reply);
    watch();
  }

  function waiting(failure) {
    for (const turn of unanswered.values()) mark(turn, 'waiting');
    timers.forEach(clearTimeout);
    tell(failure.sentence || strings.offline, true);
  }

  function refused(message, { sentence }) {
    begun = true;
    if (message) {
      mark(unanswered.get(message.id), 'refused');
      unanswered.delete(message.id);
    }
    addNote(sentence || strings.failed);
    watch();
  }

  function retry() {
    watch();
    client.retry();
  }

  /** Say that an answer is on its way, then that it takes long, then offer another try. */
  function watch() {
    timers.forEach(clearTimeout);
    if (begun && !client.pending) return tell('');
    tell(strings.typing);
    status.className = 'typing';
    timers = [setTimeout(() => tell(strings.still), STILL), setTimeout(() => tell(strings.late, true), LATE)];
  }

  function tell(text, retriable = false) {
    status.className = '';
    status.textContent = text;
    again.hidden = !retriable;
  }

  // Turns.

  function addPerson(text) {
    const own = make('p', { class: 'text', dir: 'auto' }, text); // whichever way its first letters run
    return add('person', unseen('you'), make('div', { class: 'bubble' }, own));
  }

  function addReply(reply) {
    const bubble = make('div', { class: 'bubble' }, ...replyParts(kit, reply));
    if (reply.urgent) bubble.prepend(make('strong', { class: 'alarm', 'data-say': 'urgent' }));
    const choices = replyButtons(kit, reply, ({ payload, title: shown }) => ask(payload, shown));
    const turn = add(reply.urgent ? 'assistant urgent' : 'assistant', unseen('assistant'), bubble, choices);
    // The greeting has no id and no tools: nothing may delay it. Without tools an answer is still an answer.
    if (reply.id) withLook('tools').then((part) => part.addTools(bubble, reply, ui), () => {});
    return turn;
  }

  /** Who speaks, for those who do not see the sides. */
  function unseen(key) {
    return make('span', { class: 'unseen', 'data-say': key });
  }

  function note(key) {
    addNote(strings[key]);
  }

  function addNote(text) {
    add('note', make('p', { lang: language, dir: strings.direction }, text));
  }

  function add(kind, ...content) {
    const turn = make('div', { class: `turn ${kind}` }, ...content);
    translate(turn);
    log.append(turn);
    if (log.childElementCount > MOST_TURNS) log.firstElementChild.remove();
    // A long answer is read from its beginning.
    log.scrollTop = turn.offsetTop - log.offsetTop - 8;
    return turn;
  }

  /** Show under a person's bubble what became of it: waiting, refused, or nothing to say. */
  function mark(turn, state) {
    for (const shown of turn.querySelectorAll('.state')) shown.remove();
    if (!state) return;
    turn.append(make('span', { class: 'state', 'data-say': state }));
    translate(turn);
  }

  // The composer.

  function submit(event) {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = '';
    measure();
    ask(text);
  }

  function onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: Safari, as a composition ends
    event.preventDefault();
    form.requestSubmit();
  }

  /** Grow with the text, take its direction, and count what is left near the end. */
  function measure() {
    input.dir = input.value ? 'auto' : strings.direction;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 2}px`; // with its border
    const left = LONGEST - input.value.length;
    count.textContent = left > NEARLY ? '' : strings.left.replace('{n}', left);
  }
}
