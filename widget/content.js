/** Replies as nodes. Texts become text nodes; an address becomes a link only when its scheme is harmless. */

const SCHEMES = ['tel:', 'mailto:', 'https:', 'http:'];
const PHONE = 'M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2';
const CHECK = 'M5 13l4 4L19 7';

/**
 * The parts of a reply, each in its own language and direction, with their sources.
 *
 * @param {{make: function, icon: function}} kit see widget.js
 * @param {Object} reply as the server gives it
 * @returns {HTMLElement[]}
 */
export function replyParts({ make, icon }, reply) {
  return reply.parts.map((part) => {
    const element = make('div', { class: 'part', lang: part.language, dir: part.direction });
    element.append(make('p', { class: 'text' }, ...part.content.map(piece)));
    if (part.source) element.append(make('p', { class: 'source' }, ...part.source.content.map(piece)));
    return element;
  });

  function piece(content) {
    if (typeof content === 'string') return content;
    const { text, href } = content;
    const scheme = schemeOf(href);
    if (!SCHEMES.includes(scheme)) return text;
    if (scheme === 'tel:') return make('bdi', { dir: 'ltr' }, make('a', { href, class: 'call' }, icon(PHONE), text));
    const elsewhere = scheme === 'mailto:' ? {} : { target: '_blank', rel: 'noopener noreferrer nofollow' };
    return make('bdi', {}, make('a', { href, ...elsewhere }, text));
  }
}

/**
 * The buttons of a reply. One can be chosen, once; then the set stays, to be read.
 *
 * @param {{make: function, icon: function}} kit
 * @param {Object} reply
 * @param {function({title: string, payload: string})} choose called with the chosen button
 * @returns {HTMLElement|string} an empty text when there are none
 */
export function replyButtons({ make, icon }, reply, choose) {
  if (!reply.buttons.length) return '';
  const { language, direction } = reply.parts[0];
  const set = make('div', { class: 'choices', role: 'group', lang: language, dir: direction });
  for (const button of reply.buttons) {
    const { title } = button;
    const take = ({ currentTarget }) => {
      if (currentTarget.getAttribute('aria-disabled')) return;
      markChosen(icon, set, title);
      choose(button);
    };
    set.append(make('button', { type: 'button', class: 'choice', click: take }, title));
  }
  return set;
}

/**
 * Show a set of buttons as used. They keep the focus (so no `disabled`) and say themselves which was chosen.
 *
 * @param {function} icon
 * @param {HTMLElement} set
 * @param {string} title of the chosen one, if one was
 */
export function markChosen(icon, set, title) {
  for (const button of set.children) {
    button.setAttribute('aria-disabled', 'true');
    if (button.textContent !== title) continue;
    button.setAttribute('aria-pressed', 'true');
    button.prepend(icon(CHECK));
  }
}

function schemeOf(address) {
  try {
    return new URL(address).protocol;
  } catch {
    return '';
  }
}
