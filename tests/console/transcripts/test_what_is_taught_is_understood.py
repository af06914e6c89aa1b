"""Corrections of two readers, in a copy of the project: taught, trained, and the same messages are understood then."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.paths import MODELS, ROOT
from assistant.server.models import checksum_file, newest_model
from tests import stores
from tests.console.transcripts.conftest import opened

CORRECTIONS = {
    "et si j pa de contra": ("fr", "services.work"),
    "walakin ana ma3ndich lma3lomat 3la dossier dyali fin wsel": ("ar", "regul.results"),
}
AGREE = """
from django.contrib.auth.models import User
from transcripts.models import Review, Turn
first, second = (User.objects.create_user(name) for name in ("first", "second"))
for text, (_language, topic) in {corrections!r}.items():
    Review.objects.create(
        turn=Turn.objects.get(text=text), verdict="wrong_topic", right_topic=topic, reviewer=first, second=second
    )
"""
COPIED = (
    "assistant",
    "actions",
    "console",
    "data",
    "evaluation",
    "quality",
    "tests",
    "config.yml",
    "domain.yml",
    "endpoints.yml",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """This project, where files may be changed."""
    copy = tmp_path / "project"
    for name in COPIED:
        source = ROOT / name
        copy_one = shutil.copytree if source.is_dir() else shutil.copy2
        copy.mkdir(exist_ok=True)
        copy_one(source, copy / name)
    (copy / "models").mkdir()
    model = newest_model(MODELS)
    for file in (model, checksum_file(model)):
        shutil.copy2(file, copy / "models")
    return copy


def manage(project: Path, var: Path, *command: str) -> str:
    env = {**os.environ, "VAR_DIR": str(var), **stores.environment(var)}
    call: Sequence[str] = [sys.executable, "console/manage.py", *command]
    done = subprocess.run(call, cwd=project, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_the_same_message_is_understood_after_training(project: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    told = opened(var)
    for number, (text, (language, _topic)) in enumerate(CORRECTIONS.items()):
        told.session(f"somebody-{number}")  # PostgreSQL holds a column to its length
        told.ask(f"somebody-{number}", text, "services.legal_aid", language=language)
    told.engine.dispose()
    manage(project, var, "migrate", "--verbosity", "0")
    manage(project, var, "project_transcripts", "--once")
    manage(project, var, "shell", "--no-imports", "-c", AGREE.format(corrections=CORRECTIONS))
    report = manage(project, var, "export_training", "--train")
    for text, (_language, topic) in CORRECTIONS.items():
        before, after = re.search(rf"\| {re.escape(text)} \| {topic} \| (\S+) \| (\S+) \|", report).groups()
        assert before != topic
        assert after == topic
    assert re.search(r"\| urgent \| \d+ \| 1\.000 \| 1\.000 \|", report), report
    assert (project / "tests/nlu/corrections/corrections.tsv").read_text(encoding="utf-8").count("\n") == 3
    assert "## Development set" in next((var / "teaching").glob("*.md")).read_text(encoding="utf-8")
