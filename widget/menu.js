/** What is behind the header's menu button. */

/**
 * @param {HTMLElement} menu where it goes
 * @param {Object} ui of the panel (see chat.js)
 */
export function fillMenu(menu, ui) {
  const { make } = ui;
  const close = () => {
    menu.hidden = true;
    ui.menuButton.setAttribute('aria-expanded', 'false');
    ui.menuButton.focus();
  };
  const again = () => {
    close();
    ui.restart('began');
  };
  const remember = ({ currentTarget }) => {
    const wanted = currentTarget.checked;
    ui.remembers = wanted;
    currentTarget.checked = ui.remembers;
    close();
    ui.note(!wanted ? 'forgotten' : ui.remembers ? 'remembered' : 'remember_failed');
  };
  menu.append(
    make('button', { type: 'button', 'data-say': 'restart', click: again }),
    make(
      'label',
      {},
      make('input', {
        type: 'checkbox',
        role: 'switch',
        'aria-describedby': 'why',
        checked: ui.remembers,
        change: remember,
      }),
      make('span', { 'data-say': 'remember' }),
    ),
    make('p', { id: 'why', 'data-say': 'remember_why' }),
  );
  ui.translate(menu);
}
