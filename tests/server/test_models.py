"""Which model is served, and which is refused; training when it is needed."""

import io
import json
import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest

from assistant.checksum import sha256
from assistant.server.models import ModelError, checksum_file, main, newest_model
from assistant.server.system import StopError, only_one
from assistant.server.train import REQUIRED, UNSEEN_BY_CACHE, digest, ensure_model
from assistant.settings import Settings

INSTALLED = version("rasa")


def write_checksum(path):
    checksum_file(path).write_text(f"{sha256(path)}  {path.name}\n")


def write_model(path, rasa=INSTALLED, age=0, name="metadata.json", padding=100_000):
    files = {name: json.dumps({"trained_at": "2026-11-01", "rasa_open_source_version": rasa}).encode()}
    files["weights"] = os.urandom(padding)
    with tarfile.open(path, "w:gz") as archive:
        for member, content in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    write_checksum(path)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


def test_newest(tmp_path):
    write_model(tmp_path / "a.tar.gz", age=5)
    newest = write_model(tmp_path / "b.tar.gz", age=1)
    write_model(tmp_path / "c.tar.gz", age=9)
    assert newest_model(tmp_path) == newest


def test_it_is_read_once(tmp_path):
    path = write_model(tmp_path / "a.tar.gz", padding=3_000_000)
    before = read_so_far()
    newest_model(tmp_path)
    assert read_so_far() - before < 1.5 * path.stat().st_size


def read_so_far():
    """Bytes that this process has read of files (proc(5))."""
    return int(Path("/proc/self/io").read_text().split()[1])


@pytest.mark.parametrize("folder", ["", "missing"])
def test_none(tmp_path, folder):
    with pytest.raises(ModelError, match=r"No model in .*make train"):
        newest_model(tmp_path / folder)


def test_other_rasa(tmp_path):
    write_model(tmp_path / "a.tar.gz", rasa="3.5.0")
    with pytest.raises(ModelError, match=r"trained with Rasa 3\.5\.0 .* installed is 3\.6\.21.*make train"):
        newest_model(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "middle", "empty", "text", "no metadata"])
def test_damaged(tmp_path, damage):
    path = write_model(tmp_path / "a.tar.gz", name="other.json" if damage == "no metadata" else "metadata.json")
    content = path.read_bytes()
    changed = {
        "cut": content[: len(content) // 2],
        "middle": content[:50_000] + b"xxxx" + content[50_004:],
        "empty": b"",
        "text": b"no archive",
    }
    path.write_bytes(changed.get(damage, content))
    write_checksum(path)
    with pytest.raises(ModelError, match=r"a\.tar\.gz is damaged .*make train"):
        newest_model(tmp_path)


def test_another_archive_than_the_trained_one_is_not_loaded(tmp_path):
    path = write_model(tmp_path / "a.tar.gz")
    write_model(tmp_path / "other.tar.gz", age=9).replace(path)
    with pytest.raises(ModelError, match=r"a\.tar\.gz is not the model that was trained.*make train"):
        newest_model(tmp_path)


@pytest.mark.parametrize("written", [b"", b"no checksum", b"\xff\xfe"])
def test_a_checksum_that_cannot_be_read_is_none(tmp_path, written):
    path = write_model(tmp_path / "a.tar.gz")
    checksum_file(path).write_bytes(written)
    with pytest.raises(ModelError, match="make train"):
        newest_model(tmp_path)


def test_a_model_of_ones_own_is_loaded_after_one_command(tmp_path, capsys):
    path = write_model(tmp_path / "20261126-120000-rasa-train.tar.gz")
    checksum_file(path).unlink()
    with pytest.raises(ModelError, match=r"has no checksum beside it .* -m assistant\.server\.models '") as error:
        newest_model(tmp_path)
    assert str(path) in str(error.value)
    assert main([str(path)]) == 0
    assert "may be served" in capsys.readouterr().out
    assert newest_model(tmp_path) == path
    path.write_bytes(b"damaged")
    assert main([str(path)]) == 1
    assert "is damaged" in capsys.readouterr().err
    path.unlink()
    assert main([str(path)]) == 1
    assert f"{path} cannot be read" in capsys.readouterr().err


def test_the_checksum_is_as_sha256sum_writes_it(tmp_path):
    path = write_model(tmp_path / "a.tar.gz")
    command = ["sha256sum", "--check", "--strict", checksum_file(path).name]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0


TRAINING = """
import pathlib, shutil, sys
out = sys.argv[1]
pathlib.Path("trained").open("a").write(out + "\\n")
print("Starting to train component 'X'")
if pathlib.Path("fail").exists():
    print("Traceback\\n  File x\\nInvalidDomain: no such intent 'hi'"); sys.exit(1)
shutil.copy("made.tar.gz", out)
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a training that takes no time; calling it trains."""
    for name in (*REQUIRED, *UNSEEN_BY_CACHE):
        path = tmp_path / name if name.endswith(".yml") else tmp_path / name / "a.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "var").mkdir()
    write_model(tmp_path / "made.tar.gz")
    settings = Settings(var_dir=tmp_path / "var")
    return lambda: ensure_model(settings, tmp_path, [sys.executable, "-c", TRAINING])


def trainings(folder):
    return len((folder / "trained").read_text().splitlines())


def test_trains_only_when_something_changed(tmp_path, checkout, capsys):
    model = checkout()
    assert (model.parent.name, model.name[:6]) == ("models", "dalil-")
    assert checkout() == model
    assert "The model is current" in capsys.readouterr().out
    (tmp_path / "data/nlu/.a.yml.swp").write_text("an editor's")
    assert checkout() == model
    (tmp_path / "data/answers/a.yml").write_text("another answer")
    assert checkout() != model
    assert trainings(tmp_path) == 2


def test_going_back_to_earlier_data_serves_their_model(tmp_path, checkout):
    answers = tmp_path / "data/answers/a.yml"
    first = checkout()
    answers.write_text("another")
    checkout()
    answers.write_text("data/answers")
    assert checkout() == first == newest_model(tmp_path / "models")
    assert trainings(tmp_path) == 2


def test_keeps_three(tmp_path, checkout):
    (tmp_path / "models").mkdir()
    foreign = write_model(tmp_path / "models" / "mine.tar.gz", age=99)
    for number in range(5):
        (tmp_path / "config.yml").write_text(str(number))
        checkout()
    assert len(list((tmp_path / "models").glob("dalil-*.tar.gz"))) == 3
    assert len(list((tmp_path / "models").glob("dalil-*.sha256"))) == 3
    assert foreign.exists()
    assert not (tmp_path / "models" / ".training").exists()


def test_damaged_model_is_trained_again(tmp_path, checkout):
    model = checkout()
    model.write_bytes(b"")
    assert checkout() == model == newest_model(tmp_path / "models")
    assert trainings(tmp_path) == 2


def test_failure_shows_what_matters(tmp_path, checkout):
    (tmp_path / "fail").touch()
    with pytest.raises(StopError, match=r"failed \(exit code 1\)[\s\S]*no such intent 'hi'[\s\S]*train\.log") as error:
        checkout()
    assert "File x" not in str(error.value)
    assert not list((tmp_path / "models").glob("*.tar.gz"))


def test_missing_files_are_named(tmp_path, checkout):
    (tmp_path / "domain.yml").unlink()
    with pytest.raises(StopError, match=r"domain\.yml missing in .*git checkout -- domain\.yml"):
        checkout()


def test_one_training_at_a_time(tmp_path, checkout):
    with (
        only_one(tmp_path / "var" / "train.lock", ""),
        pytest.raises(StopError, match=rf"Another training is running \(process {os.getpid()}\)"),
    ):
        checkout()


def test_lexicon_and_code_get_a_cache_of_their_own(tmp_path, checkout):
    checkout()
    before = digest(tmp_path, UNSEEN_BY_CACHE)
    (tmp_path / "data/nlu/a.yml").write_text("new example")
    assert digest(tmp_path, UNSEEN_BY_CACHE) == before
    for name in UNSEEN_BY_CACHE:
        (tmp_path / name / "a.yml").write_text("changed")
        assert digest(tmp_path, UNSEEN_BY_CACHE) != before
        before = digest(tmp_path, UNSEEN_BY_CACHE)
