"""Seconds that training takes: from nothing, and after one answer was changed. In a copy of the project's files."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from assistant.paths import ROOT

ANSWERS = "data/answers/iom.yml"


def seconds(folder: Path) -> tuple[float, float]:
    """Train twice.

    Args:
        folder: an empty folder.

    Returns:
        Seconds from nothing, and after an answer has changed.
    """
    copy = folder / "project"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    first = _train(copy)
    answers = copy / ANSWERS
    text = answers.read_text(encoding="utf-8")
    changed = text.replace("OIM", "O.I.M.", 1)
    if changed == text:
        raise RuntimeError(f"{ANSWERS} names no OIM any more: change another answer.")
    answers.write_text(changed, encoding="utf-8")
    return first, _train(copy)


def _train(project: Path) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "assistant.server.train"], cwd=project, check=True, capture_output=True)
    return time.perf_counter() - begun
