/** The quick exit: for someone who must not be seen here. */

const TWICE = 1500; // ms between the two presses of Escape
const JUST = 10_000; // ms after closing in which Escape still counts

/**
 * Leave at once: nothing to see, nothing of the conversation left in the page or its storage, no way back to it.
 *
 * @param {{host: HTMLElement, exit: string, forget: function}} place exit is the address of the neutral page
 */
export function leave({ host, exit, forget }) {
  document.documentElement.style.setProperty('display', 'none', 'important');
  host.shadowRoot.replaceChildren();
  host.remove();
  forget();
  if (window.speechSynthesis) speechSynthesis.cancel(); // some browsers read on after the page is gone
  document.title = '';
  try {
    // Should the neutral page not load, the address bar and "back" still show nothing of this one.
    history.replaceState(null, '', '/');
  } catch {
    // A page without an address of its own (a sandboxed frame) has none to hide.
  }
  location.replace(exit);
}

/**
 * Watch the whole page for Escape: the first closes what can be closed, a second right after it leaves.
 *
 * @param {{isOpen: function(): boolean, close: function, go: function}} panel
 * @returns {function} to be called when the panel is closed
 */
export function watchEscape({ isOpen, close, go }) {
  let pressed = -Infinity;
  let closed = -Infinity;
  addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || event.repeat || event.isComposing) return;
      if (event.timeStamp - pressed < TWICE) return go();
      if (!isOpen() && event.timeStamp - closed > JUST) return;
      pressed = event.timeStamp;
      if (!isOpen()) return;
      event.preventDefault();
      close();
    },
    true,
  );
  return () => (closed = performance.now());
}
