"""Writes `docs/benchmarks.md` and its pictures from what was measured."""

import statistics
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib

matplotlib.use("Agg")  # no screen is needed

from matplotlib import pyplot as plt

from assistant.paths import ROOT
from bench.servers import spread

if TYPE_CHECKING:
    from bench.__main__ import Measured

PAGE, PICTURES = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "images"
INK, SOFT = "#0b6e8f", "#c2410c"
# `rasa init`, conversations in memory, one client, on the machine where the goals were set: turns a second, p50.
EXPECTED = (32.0, 31.0)
VOID = 0.3
WINDOW = 10  # turns of the long conversation: one round of what is said in it


def write(found: "Measured") -> None:
    """Write the page and the pictures.

    Args:
        found: all figures of a run.
    """
    _growth(found.growth, PICTURES / "bench_conversation.png")
    _sizes(found, PICTURES / "bench_sizes.png")
    PAGE.write_text("\n".join([*_head(found), *_table(found), *_below(found)]) + "\n", encoding="utf-8")


def _head(found: "Measured") -> list[str]:
    off = max(abs(now / then - 1) for now, then in zip(found.scaffold, EXPECTED, strict=True))
    like = "within" if off <= VOID else "more than"
    void = "" if off <= VOID else " **The run is void: this machine, now, is not like that one.**"
    rate, p50 = found.scaffold
    on = f"{date.today()} with {found.model}. {found.machine}"
    return [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {on}; the load comes from the same machine.",
        "Medians of three rounds in which both servers take turns, in brackets the least and the largest.",
        "",
        "Stock is `rasa init` (3.6.21) with its default pipeline and policies, all our examples, a rule and a response",
        "a topic, Rasa's SQLite store, and a plain custom action. It is trained with one epoch: the time of an answer",
        "does not depend on epochs.",
        f"Turns that got a reply: ours {min(found.answered['ours']):.0%}, stock {min(found.answered['stock']):.0%}:",
        "after one epoch it does not always trust itself, and a turn without a reply is the cheaper one.",
        "",
        f"`rasa init` as it is, in memory, one client: {rate:.0f} turns a second, p50 {p50:.0f} ms",
        f"({EXPECTED[0]:.0f} and {EXPECTED[1]:.0f} where the goals were set: {like} 30 % off).{void}",
        "",
    ]


def _table(found: "Measured") -> list[str]:
    ours, stock = (statistics.median(found.rates[name]) for name in ("ours", "stock"))
    alone, at_once = (
        [statistics.median(of[name]) for name in ("ours", "stock")] for of in (found.alone, found.at_once)
    )
    contact = statistics.median(found.contact["ours"])
    tenth, last = statistics.median(found.fresh["ours"]), statistics.median(found.growth["ours"][-WINDOW:])
    rows = [
        (
            "turns a second, eight at once",
            spread(found.rates["ours"]),
            spread(found.rates["stock"]),
            f"{ours / stock:.1f} ×",
            "≥ 15 ×",
        ),
        (
            "p50 of a turn, one at a time, ms",
            spread(found.alone["ours"]),
            spread(found.alone["stock"]),
            f"1/{alone[1] / alone[0]:.1f}",
            "≤ 3.5 or 1/14",
        ),
        (
            "p50 of a turn, eight at once, ms",
            spread(found.at_once["ours"]),
            spread(found.at_once["stock"]),
            f"1/{at_once[1] / at_once[0]:.1f}",
            "≤ 20 or 1/14",
        ),
        (
            "p50 of a contact turn, one at a time, ms",
            spread(found.contact["ours"]),
            spread(found.contact["stock"]),
            f"{contact / alone[0]:.1f} × a turn",
            "≤ 3 ×",
        ),
        (
            "a turn of one conversation, about turn 15 and 1,000, ms",
            f"{tenth:.1f}, {last:.1f}",
            _stock_growth(found),
            f"{last / tenth:.2f} ×",
            "≤ 1.2 ×",
        ),
        ("memory of the assistant, MB", f"{found.memory['ours']:.0f}", f"{found.memory['stock']:.0f}", "", "≤ 200"),
        (
            "with the action server; stock: a server a language, MB",
            f"{found.memory['ours and actions']:.0f}",
            f"{found.memory['stock, a server a language']:.0f}",
            "",
            "≤ 350",
        ),
        (
            "start to first answer, s",
            f"{found.start['ours']:.1f}",
            f"{found.start['stock']:.1f}",
            f"1/{found.start['stock'] / found.start['ours']:.1f}",
            "≤ 7 or 1/6",
        ),
        ("training from nothing, s", f"{found.trained[0]:.0f}", "", "", "≤ 90"),
        ("training after an answer changed, s", f"{found.trained[1]:.0f}", "", "", "≤ 15"),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return ["| | ours | stock | | goal |", "|---|---|---|---|---|", *lines, ""]


def _stock_growth(found: "Measured") -> str:
    times = found.growth["stock"]
    middle = [statistics.median(times[at : at + WINDOW]) for at in (WINDOW, len(times) - WINDOW)]
    return f"{middle[0]:.0f}, {middle[1]:.0f} (turn {len(times)})"


def _below(found: "Measured") -> list[str]:
    return [
        "One conversation, in which answers, fallbacks, a search in the directory and changes of language take turns:",
        "",
        "![Milliseconds by turn](images/bench_conversation.png)",
        "",
        "## By size",
        "",
        "Milliseconds (median) of the classifier for a message, by topics and by examples; and of the store to read a",
        "conversation and write its tenth turn, by stored conversations.",
        "",
        "| topics | ms | examples | ms | stored conversations | ms |",
        "|---|---|---|---|---|---|",
        *(
            f"| {t} | {by_t:.2f} | {e:,} | {by_e:.2f} | {c:,} | {by_c:.2f} |"
            for (t, by_t), (e, by_e), (c, by_c) in zip(
                found.by_topics.items(), found.by_examples.items(), found.by_conversations.items(), strict=True
            )
        ),
        "",
        "![Milliseconds by size](images/bench_sizes.png)",
        "",
        'What each shortcut gave: [decisions.md](decisions.md), "Serving fast and small".',
    ]


def _growth(curves: Mapping[str, Sequence[float]], to: Path) -> None:
    figure, axes = plt.subplots(figsize=(7, 4))
    for colour, (name, times) in zip((INK, SOFT), curves.items(), strict=False):
        middle = [statistics.median(times[at : at + WINDOW]) for at in range(0, len(times) - WINDOW + 1, WINDOW)]
        axes.plot([WINDOW * (n + 1) for n in range(len(middle))], middle, color=colour, label=name, linewidth=1)
    axes.set(xlabel="turn of one conversation", ylabel="ms, median of ten turns", yscale="log")
    axes.legend(frameon=False)
    _save(figure, to)


def _sizes(found: "Measured", to: Path) -> None:
    figure, all_axes = plt.subplots(1, 3, figsize=(10, 3.2))
    panels = (
        ("topics", found.by_topics),
        ("examples", found.by_examples),
        ("stored conversations", found.by_conversations),
    )
    for axes, (name, values) in zip(all_axes, panels, strict=True):
        axes.plot(list(values), list(values.values()), color=INK, marker="o", markersize=4)
        axes.set(xlabel=name, ylabel="ms", ylim=(0, None), xscale="linear" if name == "topics" else "log")
    _save(figure, to)


def _save(figure: plt.Figure, to: Path) -> None:
    figure.tight_layout()
    figure.savefig(to, dpi=110, metadata={"Software": None})
    plt.close(figure)
