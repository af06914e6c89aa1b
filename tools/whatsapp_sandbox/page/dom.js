// Elements without markup: what people write only ever becomes text.

// An element with properties (data-* and aria-* as attributes) and children (texts, elements, or nothing).
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-')) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

// An address that leads out of the page, and may be followed.
export function link(address, ...children) {
  return make('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}
