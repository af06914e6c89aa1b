"""The public benchmarks are read as they are published, and a folder without one is refused with what to do."""

import json
from pathlib import Path

import pytest

from evaluation import public

SHARED = Path(__file__).parents[3] / "shared/benchmarks"


def test_a_folder_without_a_benchmark_is_refused(tmp_path, capsys):
    assert public.main([str(tmp_path)]) == 1
    assert "make eval-public DATA=" in capsys.readouterr().out


def test_massive_is_learned_in_both_languages_and_asked_in_each(tmp_path, capsys):
    for locale, told in (("fr-FR", "réveille-moi demain"), ("ar-SA", "ايقظني غدا")):
        for split in ("train", "test"):
            rows = [{"utt": told, "intent": "alarm_set"}, {"utt": "musique " + locale, "intent": "play_music"}] * 2
            text = "".join(json.dumps(row) + "\n" for row in rows)
            (tmp_path / f"{locale}.{split}.jsonl").write_text(text, encoding="utf-8")
    assert public.main([str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "8 examples learned" in shown
    assert "fr-FR  all rows: 1.0000" in shown
    assert "rows that do not stand in the train split: 1.0000 [1.0000, 1.0000] of 0" in shown


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public benchmarks are not here")
def test_the_published_files_have_the_sizes_that_are_published():
    assert len(public._massive(SHARED / "massive", "fr-FR", "test")) == 2974
    assert len(public._massive(SHARED / "massive", "ar-SA", "train")) == 11514
    banking = public._arbanking(SHARED / "arbanking77/Banking77_Arabized_MSA_PAL_train.csv")
    assert (len(banking), len({one.label for one in banking})) == (21559, 77)
