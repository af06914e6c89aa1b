// WhatsApp's own formatting: *bold*, _italic_, ~struck~, ```as typed```, and links.

import { link, make } from './dom.js';

const TAGS = { '*': 'strong', _: 'em', '~': 's' };
// A mark counts only at the edge of a word, and embraces no line break.
const PATTERN = /(?<link>https?:\/\/[^\s<>"]*[^\s<>".,;:!?)»،؛؟])|```(?<typed>[^`]+)```|(?<![\p{L}\p{N}])(?<mark>[*_~])(?<inner>(?!\s)[^\n]*?\S)\k<mark>(?![\p{L}\p{N}])/u;

// Texts and elements that show a text.
export function formatted(text) {
  const found = PATTERN.exec(text);
  if (!found) return text ? [text] : [];
  const { link: address, typed, mark, inner } = found.groups;
  let shown;
  if (address) shown = link(address, make('bdi', {}, address));
  else if (typed) shown = make('code', {}, typed);
  else shown = make(TAGS[mark], {}, formatted(inner));
  const before = text.slice(0, found.index);
  return [before, shown, ...formatted(text.slice(found.index + found[0].length))].filter((part) => part !== '');
}
