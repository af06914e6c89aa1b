"""Pictures of the scorecard (matplotlib): confusion matrix, calibration, learning curve."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no screen is needed

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import PercentFormatter

from evaluation.measures import Bin

INK, SOFT, LINES = "#1b2430", "#8a94a3", ["#0b6e8f", "#c2410c", "#4d7c0f", "#7c3aed", "#be185d", "#92700c"]
# Without the date and version that matplotlib writes by default, the same figures make the same file.
PLAIN = {"Software": None}


def confusion_matrix(pairs: Sequence[tuple[str, str]], to: Path) -> None:
    """One square a pair of topics: the darker, the larger the share of the row's topic that was read as the column's.

    Args:
        pairs: (right topic, topic that was read) of every message.
        to: PNG file.
    """
    names = sorted({name for pair in pairs for name in pair})
    place = {name: i for i, name in enumerate(names)}
    counted = np.zeros((len(names), len(names)))
    for right, read in pairs:
        counted[place[right], place[read]] += 1
    shares = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(13, 13))
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set(xlabel="read as", ylabel="right topic")
    axes.grid(color="#e5e7eb", linewidth=0.3)
    _save(figure, to)


def calibration_curve(curves: Mapping[str, Sequence[Bin]], to: Path) -> None:
    """How sure the assistant was against how often it was right; on the diagonal it knows what it knows.

    Args:
        curves: group (a language) -> its bins.
        to: PNG file.
    """
    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color=SOFT, linestyle="--", linewidth=1)
    for colour, (name, bins) in zip(LINES, curves.items(), strict=False):
        axes.plot([b.confidence for b in bins], [b.right for b in bins], color=colour, marker="o", label=name)
        for one in bins:
            axes.annotate(
                str(one.of), (one.confidence, one.right), fontsize=6, xytext=(3, -8), textcoords="offset points"
            )
    axes.set(xlabel="confidence", ylabel="right", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(frameon=False)
    _save(figure, to)


def learning_curve(examples: Sequence[float], curves: Mapping[str, Sequence[float]], to: Path) -> None:
    """Right topics by the number of examples that were learned.

    Args:
        examples: mean number of examples a topic and language, ascending.
        curves: group -> share of right topics (0 to 1) for each number.
        to: PNG file.
    """
    figure, axes = plt.subplots(figsize=(7, 5))
    for i, (name, values) in enumerate(curves.items()):
        style = {"color": LINES[i % len(LINES)], "linestyle": "-" if i < len(LINES) else "--"}
        axes.plot(examples, values, marker="o", markersize=3, label=name, **style)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set(xlabel="examples a topic and language", ylabel="right topic")
    axes.legend(frameon=False, loc="lower right")
    _save(figure, to)


def _save(figure: plt.Figure, to: Path) -> None:
    for axes in figure.axes:
        axes.tick_params(colors=INK)
        for side in axes.spines.values():
            side.set_color(SOFT)
    figure.tight_layout()
    figure.savefig(to, dpi=110, metadata=PLAIN)
    plt.close(figure)
