/** What can be done with an answer: copy it, judge it, have it read aloud. */

const COPY = 'M9 9h11v11H9zM5 15H4V4h11v1';
const THUMB = 'M7 11v9H4v-9zM7 11l4-8c2 0 3 1 2.5 3.5L13 10h6.5L18 19c-.2.6-.6 1-1.2 1H7';

/**
 * Put the tools under a reply.
 *
 * @param {HTMLElement} bubble the reply's
 * @param {Object} reply as the server gave it
 * @param {Object} ui of the panel (see chat.js)
 */
export function addTools(bubble, reply, ui) {
  const { make, icon } = ui;
  const told = make('span', { class: 'told', role: 'status' });
  const tool = (label, path, click, attributes) =>
    make('button', { type: 'button', class: 'tool', 'data-label': label, click, ...attributes }, icon(path));
  const thumbs = ['up', 'down'].map((verdict) =>
    tool(verdict, THUMB, () => rate(verdict), { 'aria-pressed': 'false', 'data-verdict': verdict }),
  );
  // The log is read out as it grows; its tools need not be.
  const tools = make('div', { class: 'tools', 'aria-live': 'off' });
  // Only a page that came over https may write to the clipboard.
  if (navigator.clipboard) tools.append(tool('copy', COPY, copy));
  tools.append(...thumbs, told);
  let verdict = null;

  async function copy() {
    const text = reply.parts.map((part) => part.text).join('\n\n');
    await navigator.clipboard.writeText(text).then(
      () => tell('copied'),
      () => tell('copy_failed'),
    );
  }

  async function rate(chosen) {
    const wanted = verdict === chosen ? null : chosen;
    press(wanted);
    try {
      ({ verdict } = await ui.client.rate(reply.id, wanted));
      tell(verdict ? 'thanks' : 'taken_back');
    } catch {
      tell('rating_failed');
    }
    press(verdict);
  }

  function press(shown) {
    for (const thumb of thumbs) thumb.setAttribute('aria-pressed', String(thumb.dataset.verdict === shown));
  }

  function tell(key) {
    told.dataset.say = key;
    ui.translate(tools);
  }

  ui.translate(tools);
  bubble.after(tools);
  if ('speechSynthesis' in window) {
    ui.load('speech').then(
      ({ offerReading }) => offerReading(told, reply, ui),
      () => {}, // without it the answer can still be read
    );
  }
}
