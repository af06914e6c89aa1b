"""The log of erasures: on disk when it says so, private, whole after a crash, and about nobody without the key."""

import stat
from pathlib import Path

from assistant.privacy import erased

KEY, OTHER = b"k" * 32, b"o" * 32


def a_line(receipt: str, sender: str = "awa", key: bytes = KEY) -> erased.Erased:
    return erased.line(receipt, sender, asked=1.0, done=2.0, key=key)


def test_what_was_noted_is_read_again_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "erased.jsonl"
    erased.note(file, [a_line("A"), a_line("B", "omar")])
    erased.note(file, [a_line("C")])
    assert erased.read(file) == erased.Log([a_line("A"), a_line("B", "omar"), a_line("C")], 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_line_that_was_cut_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "erased.jsonl"
    erased.note(file, [a_line("A"), a_line("B")])
    file.write_bytes(file.read_bytes()[:-20])
    erased.note(file, [a_line("B")])
    assert erased.read(file) == erased.Log([a_line("A"), a_line("B")], 1)


def test_nobody_is_found_without_the_key(tmp_path: Path) -> None:
    line = a_line("A")
    assert "awa" not in repr(line)
    assert line.person == erased.hashed("awa", KEY) != erased.hashed("awa", OTHER)
    assert line.key == erased.fingerprint(KEY) != erased.fingerprint(OTHER)
    assert KEY.hex()[:8] not in repr(line)
