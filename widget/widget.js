/**
 * The launcher: `<script src="https://…/widget.js" data-lang="fr" defer></script>`.
 *
 * Until the first tap only this file, the launcher's look and one language's strings are fetched. The tap starts
 * everything else at once. The parts never import each other: what one needs of another is handed to it here. So
 * nothing waits in a row on a slow network, and a part that failed to load can be asked for again under another
 * address (browsers up to 2026 keep a failed import for the life of the page).
 */
(() => {
  const script = document.currentScript;
  const PARTS = new URL('.', script.src).href;
  const CHANNEL = new URL('..', PARTS).href;
  const VERSION = new URL(script.src).search; // `?v=…` of the script's address: all parts are of one version
  const PATIENCE = 25_000; // ms that one request may take
  const SLOW = 12_000; // ms of loading after which it is said that the network is slow
  const NEUTRAL_PAGE = 'https://www.google.com/';
  const KEY = 'dalil-session';
  const BUBBLE = 'M4 5h16v11H10l-6 4z';

  if (customElements.get('dalil-chat')) return;

  /**
   * An element. Text is set as text, never read as markup.
   *
   * @param {string} tag
   * @param {Object<string, *>} attributes functions are event listeners; false, null and undefined are left out
   * @param {...(Node|string)} children
   * @returns {HTMLElement}
   */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === 'function') element.addEventListener(name, value);
      else if (value || value === 0 || value === '') element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children);
    return element;
  }

  /**
   * A line drawing of 24 × 24, hidden from screen readers.
   *
   * @param {string} path SVG path data
   * @returns {SVGElement}
   */
  function icon(path) {
    const [svg, line] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  }

  /**
   * Ask the server.
   *
   * A string body is sent as text/plain: a simple request, without a preflight that would cost a round trip.
   *
   * @param {string} name session, message, history or feedback
   * @param {Object} body
   * @param {AbortController} [stop] to give up from outside
   * @returns {Promise<Object>} the answer; rejected with {retry, code, sentence, after (s)} when there is none
   */
  async function post(name, body, stop = new AbortController()) {
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    let response;
    let answer;
    try {
      response = await fetch(CHANNEL + name, {
        method: 'POST',
        body: JSON.stringify(body),
        credentials: 'omit',
        cache: 'no-store',
        signal: stop.signal,
      });
      answer = await response.json();
    } catch {
      // No network, too slow, or a page that some gateway put in the answer's place.
    } finally {
      clearTimeout(timer);
    }
    if (response && response.ok && answer) return answer;
    const { code, message, retry = !response || response.ok || response.status > 499 } = (answer && answer.error) || {};
    throw { code, retry, sentence: message, after: response ? Number(response.headers.get('Retry-After')) : 0 };
  }

  /** The session's token on this device: only when the person asked for it, and only as long as the tab lives. */
  const memory = {
    read: () => attempt(() => sessionStorage.getItem(KEY)),
    keep: (token) => attempt(() => (sessionStorage.setItem(KEY, token), true)),
    forget: () => attempt(() => sessionStorage.removeItem(KEY)),
  };

  /** What an action gives, or null where the browser forbids it. */
  function attempt(action) {
    try {
      return action();
    } catch {
      return null;
    }
  }

  const loaded = new Map();
  let failures = 0;

  /** Fetch something once; what failed is fetched anew, under a new address, the next time. */
  function once(name, get) {
    if (!loaded.has(name)) {
      const anew = failures ? `${VERSION ? '&' : '?'}again=${failures}` : '';
      const got = get(PARTS + name + VERSION + anew);
      loaded.set(name, got);
      got.catch(() => {
        failures += 1;
        loaded.delete(name);
      });
    }
    return loaded.get(name);
  }

  const load = (part) => once(`${part}.js`, (address) => import(address));
  const translation = (language) =>
    once(`${language}.json`, async (address) => {
      const response = await fetch(address);
      if (!response.ok) throw response.status;
      return response.json();
    });

  /** A style sheet of ours in a shadow root; as a link, which a strict Content-Security-Policy can allow by origin. */
  function style(root, name) {
    return once(name, (href) => {
      const link = make('link', { rel: 'stylesheet', href });
      root.prepend(link);
      return new Promise((done, failed) => {
        link.onload = () => done();
        link.onerror = () => (link.remove(), failed(new Error(href)));
      });
    });
  }

  /** Black or white, whichever reads better (WCAG contrast) on a colour written as #rrggbb. */
  function readableOn(colour) {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
  }

  /** What the script's data-* attributes say; what is missing or wrong has its default. */
  function readSettings({ lang, name, mode, exit, accent, logo, theme }) {
    const language = ['fr', 'ar'].find((one) => one === (lang || document.documentElement.lang).slice(0, 2)) || 'fr';
    const colour = /^#[0-9a-f]{6}$/i.test(accent) && accent;
    if (accent && !colour) console.warn(`dalil-chat: data-accent=${accent}; expected: #rrggbb`);
    const given = exit && attempt(() => new URL(exit, document.baseURI).href);
    const away = /^https?:/.test(given) && given;
    if (exit && !away) console.warn(`dalil-chat: data-exit=${exit}; expected: https://…`);
    return {
      language,
      name,
      logo,
      page: mode === 'page',
      exit: away || NEUTRAL_PAGE,
      accent: colour,
      theme: theme || 'auto',
    };
  }

  /** Bring `<dalil-chat>` to life: a launcher on a host page, the chat at once on the full page. */
  function start(host) {
    const settings = readSettings(script.dataset);
    const root = host.attachShadow({ mode: 'open' });
    // On the full page, what stands inside the element shows until the chat is there.
    const place = settings.page ? host : root;
    const label = make('span', {}, settings.name || '');
    const attributes = { type: 'button', class: 'launcher', hidden: true, click: open };
    const launcher = make('button', attributes, icon(BUBBLE), label);
    const note = make('p', { class: 'load-note', role: 'status', hidden: true });
    let panel = null;
    let opening = null;
    let first = null;

    host.dataset.theme = settings.theme;
    if (settings.accent) {
      host.style.setProperty('--dalil-accent', settings.accent);
      host.style.setProperty('--dalil-accent-text', readableOn(settings.accent));
    }
    place.append(note, launcher);
    nameLauncher().catch(() => {}); // offline from the start: the drawing and the name remain
    if (settings.page) {
      root.append(make('slot'));
      open();
    } else {
      style(root, 'launcher.css').then(showLauncher, showLauncher);
    }
    addEventListener('online', () => opening === false && open());

    function showLauncher() {
      launcher.hidden = false;
    }

    /** The launcher's words come from the translation. */
    async function nameLauncher() {
      launcher.setAttribute('aria-label', settings.name || 'Dalil');
      const strings = await translation(settings.language);
      for (const element of [launcher, note]) {
        element.lang = settings.language;
        element.dir = strings.direction;
      }
      const name = settings.name || strings.name;
      label.textContent = settings.page ? strings.retry : name;
      launcher.setAttribute('aria-label', settings.page ? strings.retry : `${name} – ${strings.launcher}`);
    }

    /** A line about the loading; without the strings nothing can be said, and the launcher stays to be tapped again. */
    async function tell(key) {
      const strings = key && (await translation(settings.language).catch(() => null));
      note.textContent = strings ? strings[key] : '';
      note.hidden = !strings;
    }

    async function open() {
      if (panel) return show();
      if (opening) return;
      opening = true;
      launcher.setAttribute('aria-busy', 'true');
      const slow = setTimeout(tell, SLOW, 'load_slow');
      try {
        panel = await loadPanel();
        tell('');
        show();
      } catch (error) {
        console.warn('dalil-chat:', error);
        opening = false;
        showLauncher();
        tell('load_failed');
      } finally {
        clearTimeout(slow);
        launcher.removeAttribute('aria-busy');
      }
    }

    function show() {
      launcher.hidden = true;
      panel.open();
    }

    async function loadPanel() {
      const { language } = settings;
      const token = memory.read();
      // Asked for together with the parts; when it fails, the client asks again.
      first = first || post(token ? 'history' : 'session', { session: token || undefined, language });
      first.catch(() => {});
      const [strings, chat, ...parts] = await Promise.all([
        translation(language),
        load('chat'),
        load('client'),
        load('content'),
        load('exit'),
        style(root, 'chat.css'),
      ]);
      const made = chat.createPanel({
        host,
        settings,
        strings,
        first,
        token,
        kit: { make, icon, post, load, memory, translation, style: (name) => style(root, name) },
        parts: Object.assign({}, ...parts),
        closed: () => (showLauncher(), launcher.focus()),
      });
      if (settings.page) {
        host.replaceChildren();
        root.querySelector('slot').remove();
      }
      root.append(made.element);
      return made;
    }
  }

  customElements.define(
    'dalil-chat',
    class extends HTMLElement {
      connectedCallback() {
        // One chat a page: the parts are made for one.
        if (this.started || document.querySelector('dalil-chat') !== this) return;
        this.started = true;
        start(this);
      }
    },
  );
  if (!document.querySelector('dalil-chat')) document.body.append(make('dalil-chat'));
})();
