// Draws the plots of the page of figures. The data stand in the page; without JavaScript its tables say the same.
(() => {
  "use strict";
  const { rtl, tables } = JSON.parse(document.getElementById("figures-data").textContent);
  // Apart from each other also for people who do not tell red from green, on white and on black.
  const COLOURS = ["#2f7fd6", "#d9822b", "#2a9d8f"];
  const dark = document.documentElement.classList.contains("dark");
  const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = dark ? "#d1d5db" : "#374151";
  Chart.defaults.borderColor = dark ? "#37415180" : "#e5e7eb";

  for (const canvas of document.querySelectorAll("canvas[data-table]")) {
    canvas.parentElement.hidden = false;
    draw(canvas, tables[canvas.dataset.table]);
  }

  function draw(canvas, { kind, labels, short, lines }) {
    const flat = kind === "bar"; // lying bars have room for long titles
    const amounts = { beginAtZero: true, ticks: { precision: 0 }, ...(flat ? { reverse: rtl } : { position: rtl ? "right" : "left" }) };
    const things = {
      ticks: { autoSkip: !flat, maxRotation: 0 },
      ...(flat ? { position: rtl ? "right" : "left" } : { reverse: rtl }),
    };
    if (flat) canvas.parentElement.style.height = `${Math.max(6, labels.length * 1.7 + 3)}rem`;
    new Chart(canvas, {
      type: kind,
      data: { labels: flat ? labels.map((label) => cut(label, canvas.clientWidth < 400 ? 18 : 28)) : short, datasets: lines.map(dataset) },
      options: {
        animation: quiet ? false : { duration: 300 },
        maintainAspectRatio: false,
        indexAxis: flat ? "y" : "x",
        interaction: { mode: "index", axis: flat ? "y" : "x", intersect: false },
        plugins: {
          legend: { display: lines.length > 1, rtl, textDirection: rtl ? "rtl" : "ltr" },
          tooltip: { rtl, textDirection: rtl ? "rtl" : "ltr", callbacks: { title: ([item]) => item && labels[item.dataIndex] } },
        },
        scales: flat ? { x: amounts, y: things } : { x: things, y: amounts },
      },
    });
  }

  function dataset({ title, values }, number) {
    const colour = COLOURS[number % COLOURS.length];
    return {
      label: title,
      data: values,
      borderColor: colour,
      backgroundColor: colour,
      borderWidth: 2,
      pointRadius: values.length > 31 ? 0 : 2,
      spanGaps: false,
    };
  }

  function cut(label, most) {
    return label.length > most ? `${label.slice(0, most - 1)}…` : label;
  }
})();
