// Keys of the list and of one conversation. Everything they do can be done with the mouse and without scripts.
(() => {
  "use strict";

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("#result_list tbody tr, [data-turn]")];
  const current = () => rows().findIndex((row) => row.classList.contains("current"));

  const go = (to) => {
    const all = rows();
    const row = all[Math.min(Math.max(to, 0), all.length - 1)];
    if (!row) return;
    all.forEach((one) => one.classList.toggle("current", one === row));
    const link = row.querySelector("th a, td a");
    (row.matches("[data-turn]") ? row : link || row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const judge = (number) => {
    const turn = rows()[current()];
    const form = turn && turn.querySelector("[data-verdict]");
    const button = form && form.querySelectorAll("button[name=verdict]")[number - 1];
    if (!button) return;
    const topic = form.elements.right_topic;
    form.closest("details").open = true;
    const wants = ["wrong_topic", "missed"].includes(button.value);
    if (wants && !topic.value) topic.focus();
    else button.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === "j") go(current() + 1);
    else if (event.key === "k") go(current() - 1);
    else if (/^[1-6]$/.test(event.key)) judge(Number(event.key));
    else if (event.key === "n") document.querySelector("[data-done] button")?.click();
    else return;
    event.preventDefault();
  });

  const named = document.getElementById(location.hash.slice(1));
  if (named?.matches("[data-turn]")) go(rows().indexOf(named));
})();
