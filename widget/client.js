/**
 * One conversation with the server: its session, what waits to be sent, and the way back from failures.
 *
 * Nothing here knows the page. Messages are sent one after another, each with an id of its own that stays the same
 * however often it is sent: the server answers it once.
 */

const PAUSES = [2, 4, 8, 16, 30]; // seconds before the second, third … attempt; the last one is kept

/**
 * @typedef {Object} Message
 * @property {string} id
 * @property {string} text what is sent
 * @property {boolean} [moved] whether it was already taken into a new session
 */

/**
 * @param {Object} options
 * @param {function(string, Object, AbortController): Promise<Object>} options.post asks the server (see widget.js)
 * @param {string} options.language of the interface
 * @param {?string} options.token a remembered session to go on with
 * @param {?Promise<Object>} options.first the answer to the first request, when it was already made
 * @param {Object<string, Function>} options.on what happens:
 *   began(greeting, expired), resumed(messages), session(token), answered(message, reply),
 *   waiting(failure), refused(message or undefined, failure)
 * @returns {Object} say, retry, rate, stop, pending, language
 */
export function createClient({ post, language, token, first, on }) {
  const queue = [];
  let session = null;
  let expired = false;
  let failures = 0;
  let running = false;
  let stopped = false;
  let hurried = false;
  let current = new AbortController();
  let wake = () => {};

  const client = {
    language,
    /** Messages without an answer yet. */
    get pending() {
      return queue.length;
    },
    /** Whether the last attempt failed. */
    get failing() {
      return failures > 0;
    },
    /**
     * Send a message, after those that wait.
     *
     * @param {string} text
     * @returns {Message}
     */
    say(text) {
      const message = { id: newId(), text };
      queue.push(message);
      run();
      return message;
    },
    /** Try at once: what is under way is given up and sent again, with the same id. */
    retry() {
      hurried = true;
      current.abort();
      wake();
      run();
    },
    /**
     * Judge a reply.
     *
     * @param {string} reply its id
     * @param {'up'|'down'|null} verdict null takes it back
     * @returns {Promise<Object>}
     */
    rate(reply, verdict) {
      return post('feedback', { session, reply, verdict, language: client.language });
    },
    /** The end of the conversation: nothing more is sent, no answer is told. */
    stop() {
      stopped = true;
      queue.length = 0;
      current.abort();
      wake();
    },
  };

  async function run() {
    if (running) return;
    running = true;
    while (!stopped && (!session || queue.length)) {
      hurried = false;
      current = new AbortController();
      try {
        await (session ? deliver(queue[0]) : begin());
        failures = 0;
      } catch (failure) {
        if (stopped) break;
        if (failure instanceof Error) {
          running = false;
          throw failure; // a fault of ours, not of the network: it must be seen
        }
        if (renewable(failure)) expired = true;
        else if (failure.retry) await pause(failure);
        else {
          const refused = queue.shift();
          on.refused(refused, failure);
          if (!refused) break;
        }
      }
    }
    running = false;
  }

  async function begin() {
    const body = { session: token || undefined, language: client.language };
    const asked = first || post(token ? 'history' : 'session', body, current);
    first = null;
    const answer = await asked;
    if (stopped) return;
    ours(token ? answer.messages : answer.greeting);
    if (token && !answer.messages.length) {
      token = null; // nothing to take up: better begin with a greeting
      return;
    }
    session = token || answer.session;
    on.session(session);
    if (token) on.resumed(answer.messages);
    else on.began(answer.greeting, expired);
    token = null;
    expired = false;
  }

  async function deliver(message) {
    const { id, text } = message;
    const { reply } = await post('message', { session, id, text, language: client.language }, current);
    if (stopped) return;
    ours(reply && reply.parts && reply.parts.length);
    queue.shift();
    on.answered(message, reply);
  }

  /** An answer without what belongs in it comes from some gateway: as good as none. */
  function ours(part) {
    if (!part) throw { retry: true };
  }

  /** Whether the server no longer knows the session and a new one is worth a try: once a message. */
  function renewable(failure) {
    const message = queue[0];
    if (failure.code !== 'session_unknown' || (!token && (!message || message.moved))) return false;
    if (message) message.moved = Boolean(session);
    session = token = null;
    return true;
  }

  function pause(failure) {
    if (hurried) return undefined;
    failures += 1;
    on.waiting(failure);
    const backOff = PAUSES[Math.min(failures, PAUSES.length) - 1] * (0.75 + Math.random() / 2);
    return new Promise((done) => {
      const timer = setTimeout(done, (failure.after || backOff) * 1000);
      wake = () => (clearTimeout(timer), done());
    });
  }

  run();
  return client;
}

/** An id that nobody else has: 128 random bits. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
