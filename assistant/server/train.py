"""`python -m assistant.server.train`: train a model unless there is one of exactly these data.

A model carries the hash of everything it was made of in its name, `models/dalil-<hash>.tar.gz`; beside it stands its
checksum, without which it is not loaded.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from assistant.paths import ROOT
from assistant.server.models import ModelError, by_age, check, checksum_file, confirm
from assistant.server.system import StopError, check_var, complain, die_with_parent, load_settings, only_one, say
from assistant.settings import Settings, SettingsError

REQUIRED = ("config.yml", "domain.yml", "data/nlu", "data/answers", "data/dialogue")
# Components read these themselves. Rasa's cache looks at a component's class and at the training data only, and
# would hand out a component that was trained with another lexicon: each state of them has a cache of its own.
UNSEEN_BY_CACHE = ("assistant/nlu", "assistant/server/reading.py", "data/topics", "data/lexicon")
TRAINING = (sys.executable, "-m", "assistant.server.training")
KEPT_MODELS = 3
LINES_OF_FAILURE = 8
LINE_EVERY = 30  # seconds, where no live line is possible
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
IDLE = re.compile(r"^  |DeprecationWarning|Implementing implicit namespace| INFO ")
STEP = re.compile(r"Starting to train component '([^']+)'")


def main() -> int:
    """Command line."""
    try:
        settings = load_settings()
        check_var(settings)
        ensure_model(settings)
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        complain("Training was interrupted; the models are as they were.")
        return 130
    return 0


def ensure_model(settings: Settings, root: Path = ROOT, command: Sequence[str] | None = None) -> Path:
    """The model of the data as they are now; trained if there is none.

    Args:
        settings: where to keep the lock and the log.
        root: the checkout.
        command: stand-in for the training; the file to write is added.

    Raises:
        StopError: files are missing, another training is running, or the training failed.
    """
    missing = [name for name in REQUIRED if not (root / name).exists()]
    if missing:
        raise StopError(f"{', '.join(missing)} missing in {root}. Restore: git checkout -- {' '.join(missing)}")
    name = f"dalil-{digest(root, (*REQUIRED, *UNSEEN_BY_CACHE))}"
    model = root / "models" / f"{name}.tar.gz"
    if _usable(model):
        os.utime(model)  # the newest is the one that is served
        say(f"The model is current: {model.relative_to(root)}")
        return model
    log = settings.var_dir / "train.log"
    with only_one(settings.var_dir / "train.lock", "Another training is running (process {pid}). Wait until it ends."):
        _train(root, model, log, command)
    for old in [path for path in by_age(model.parent) if path.name.startswith("dalil-")][KEPT_MODELS:]:
        old.unlink()
        checksum_file(old).unlink(missing_ok=True)
    return model


def digest(root: Path, names: Sequence[str]) -> str:
    """Hash of the content of files and folders and of the installed Rasa's version, 12 hex digits."""
    total = hashlib.sha256(version("rasa").encode())
    for path in sorted(path for name in names for path in _files(root / name)):
        total.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def _files(path: Path) -> Iterator[Path]:
    """A file, or those of a folder that count: not what editors and Python leave behind."""
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts and file.name[0] != "." and file.name[-1] != "~":
            yield file


def _usable(model: Path) -> bool:
    try:
        return model.exists() and bool(check(model))
    except ModelError as error:
        say(f"{error}: training again.")
        return False


# The bar is an estimate: seconds of a training without cache on 2 cores, and its width in characters.
EXPECTED, BAR = 100.0, 20


def _train(root: Path, model: Path, log: Path, command: Sequence[str] | None) -> None:
    """Train into a hidden folder and move the model to its place when it is whole."""
    draft = model.parent / ".training"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    start = time.monotonic()
    try:
        code = _run([*(command or TRAINING), str(draft / model.name)], root, log)
        if code != 0 or not (draft / model.name).exists():
            raise StopError(_failure(code, log))
        confirm(draft / model.name)
        checksum_file(draft / model.name).replace(checksum_file(model))
        (draft / model.name).replace(model)
    except ModelError as error:
        raise StopError(f"The training wrote a model that cannot be used: {error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    say(f"Trained in {time.monotonic() - start:.0f} s: {model.relative_to(root)}")


def _run(command: Sequence[str], root: Path, log: Path) -> int:
    """Run the training with a live line; returns its exit code. It never outlives this process."""
    cache = root / ".rasa" / f"cache-{digest(root, UNSEEN_BY_CACHE)}"
    # Rasa makes lists out of sets: without a seed their order, and the fingerprint of rules, differ in each process.
    env = {**os.environ, "RASA_CACHE_DIRECTORY": str(cache), "PYTHONHASHSEED": "0"}
    for old in cache.parent.glob("cache-*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=die_with_parent
        ) as child,
    ):
        try:
            _watch(child, log)
        finally:
            child.kill()  # does nothing when it has ended
    return child.returncode


def _watch(child: subprocess.Popen[bytes], log: Path) -> None:
    """Show a bar and the seconds so far: a live line in a terminal, a line now and then elsewhere."""
    live, start, shown = sys.stdout.isatty(), time.monotonic(), 0.0
    say(f"Training a model (1 to 5 minutes; details in {log}) …")
    while child.poll() is None:
        time.sleep(0.3)
        seconds = time.monotonic() - start
        if live or seconds - shown >= LINE_EVERY:
            shown = seconds
            done = "#" * round(BAR * min(seconds / EXPECTED, 0.95))
            line = f"  training [{done:<{BAR}}] {seconds:.0f} s  {_step(log)}"
            sys.stdout.write(f"\r{line[:78]:<78}" if live else line + "\n")
            sys.stdout.flush()
    sys.stdout.write("\r" + " " * 78 + "\r" if live else "")


def _step(log: Path) -> str:
    steps = STEP.findall(log.read_text(encoding="utf-8", errors="replace"))
    return steps[-1] if steps else "reading the data"


def _failure(code: int, log: Path) -> str:
    """What went wrong: the last lines of the log without stack frames, progress and libraries' warnings."""
    text = COLOUR.sub("", log.read_text(encoding="utf-8", errors="replace"))
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not IDLE.search(line)]
    ended = f"was killed by signal {-code} (9 is often too little memory)" if code < 0 else f"failed (exit code {code})"
    last = "\n".join(f"    {line[:300]}" for line in lines[-LINES_OF_FAILURE:])
    return f"The training {ended}. Its last lines:\n{last}\nCorrect what they name and repeat; the whole log is {log}"


if __name__ == "__main__":
    sys.exit(main())
