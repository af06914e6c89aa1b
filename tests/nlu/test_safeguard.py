"""The safeguard on written dangers and on harmless look-alikes, and properties that hold for every text."""

import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.normalise import MAX_CHARACTERS, fold
from assistant.nlu.safeguard import Safeguard

KINDS = ("medical", "violence", "trafficking", "suicide", "detention", "sea", "missing")
TABLES = Path(__file__).parent / "safeguard"


def table(name: str) -> list[dict[str, str]]:
    head, *lines = (TABLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines if line]


@cache
def safeguard() -> Safeguard:
    return Safeguard()


HITS, NEAR_MISSES, OVERLAPS = table("hits"), table("near_misses"), table("overlaps")
ORDINARY, BESIDE = table("ordinary"), table("beside")


def test_tables_have_the_required_size():
    hits = Counter((row["kind"], row["language"]) for row in HITS)
    assert all(hits[kind, language] >= 20 for kind in KINDS for language in ("fr", "ar"))
    near = Counter(row["language"] for row in NEAR_MISSES)
    assert min(near["fr"], near["ar"]) >= 150
    assert {row["kind"] for row in HITS + OVERLAPS} <= set(KINDS)


def test_no_text_stands_twice_or_on_both_sides():
    texts = Counter(fold(row["text"]) for row in HITS + NEAR_MISSES + OVERLAPS + ORDINARY + BESIDE)
    assert [text for text, times in texts.items() if times > 1] == []


def test_every_danger_is_recognised():
    assert [row["text"] for row in HITS + OVERLAPS if safeguard().kind(row["text"]) is None] == []


@pytest.mark.parametrize("kind", KINDS)
def test_dangers_are_of_their_kind(kind):
    rows = [row for row in HITS if row["kind"] == kind]
    wrong = [row["text"] for row in rows if safeguard().kind(row["text"]) != f"urgent.{kind}"]
    assert len(wrong) <= 0.03 * len(rows), wrong


def test_of_several_dangers_the_right_one_answers():
    got = {row["text"]: safeguard().kind(row["text"]) for row in OVERLAPS}
    assert got == {row["text"]: f"urgent.{row['kind']}" for row in OVERLAPS}


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_harmless_messages_raise_no_alarm(language):
    rows = [row["text"] for row in NEAR_MISSES if row["language"] == language]
    alarms = {text: kind for text in rows if (kind := safeguard().kind(text))}
    assert len(alarms) <= 0.02 * len(rows), alarms


def test_a_danger_beside_harmless_words_is_seen():
    got = {row["text"]: safeguard().kind(row["text"]) for row in BESIDE}
    assert got == {row["text"]: f"urgent.{row['kind']}" for row in BESIDE}


def test_ordinary_messages_raise_no_alarm():
    assert len(ORDINARY) >= 250
    alarms = {row["text"]: kind for row in ORDINARY if (kind := safeguard().kind(row["text"]))}
    assert len(alarms) <= 0.01 * len(ORDINARY), alarms


def test_a_relative_who_locks_in_is_violence_and_an_employer_trafficking():
    assert safeguard().kind("راجلي حابسني فالدار") == "urgent.violence"
    assert safeguard().kind("مولات الدار حابساني وخدامة بلا خلاص") == "urgent.trafficking"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kaytbe3ni", "urgent.violence"),
        ("3ndi wra9 katbeyyen lhala dyali", None),
        ("wash kayn bach nlqa bach nkhdem", None),
    ],
)
def test_me_at_the_end_of_a_word_is_not_many_nor_is_bach_a_father(text, kind):
    assert safeguard().kind(text) == kind


def compiled(folder: Path, pattern: str) -> Safeguard:
    file = folder / "urgent.yml"
    file.write_text("spellings: {}\narabizi: ''\nclasses: {A: a, B: b, BARRED: x, OTHER: y}\norder: [sea]\nnever: []\n"
                    f"dangers: {{sea: {{patterns: ['{pattern}']}}}}\n", encoding="utf-8")  # fmt: skip
    return Safeguard(file)


@pytest.mark.parametrize("pattern", ["A BOTE", "A ~2!BOTE B", "A ~2!BARRED!BOTE B"])
def test_a_pattern_with_an_unknown_class_is_an_error(tmp_path, pattern):
    with pytest.raises(ValueError, match="BOTE"):
        compiled(tmp_path, pattern)


@pytest.mark.parametrize(
    ("pattern", "holds", "fails"),
    [
        ("A ~2!BARRED!OTHER B", ["a b", "a c c b", "x a b x"], ["a x b", "a c y b", "a c c c b"]),
        ("~2!BARRED A B", ["a b", "c a b", "x c c a b", "a b x"], ["x a b", "x c a b"]),
        ("A B ~2!BARRED", ["a b", "x a b", "a b c c x"], ["a b x", "a b c x"]),
        ("A ~1!BARRED $", ["a", "a c"], ["a x", "a c c"]),
    ],
)
def test_words_of_a_barred_class_may_not_stand_in_a_gap(tmp_path, pattern, holds, fails):
    made = compiled(tmp_path, pattern)
    assert [text for text in holds + fails if made.kind(text)] == holds


@given(st.text(max_size=300))
def test_never_raises(text):
    assert safeguard().kind(text) in {None, *(f"urgent.{kind}" for kind in KINDS)}


def test_very_long_text_is_read_to_a_bound():
    assert safeguard().kind("mon mari me frappe " * MAX_CHARACTERS) == "urgent.violence"


hits = st.sampled_from([row["text"] for row in HITS])


@given(hits)
def test_folded_text_gives_the_same(text):
    assert safeguard().kind(fold(text)) == safeguard().kind(text)


@given(hits)
def test_case_changes_nothing(text):
    assert safeguard().kind(text.upper()) == safeguard().kind(text.lower()) == safeguard().kind(text)


@given(hits)
def test_accents_change_nothing(text):
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    assert safeguard().kind(bare) == safeguard().kind(text)


@given(hits, st.sampled_from("ًٌٍَُِّْـ\u200b\u200d\u200f\u2060"), st.data())
def test_tashkeel_tatweel_and_zero_width_marks_change_nothing(text, mark, data):
    at = data.draw(st.integers(0, len(text)))
    assert safeguard().kind(text[:at] + mark + text[at:]) == safeguard().kind(text)


@given(hits, st.data())
def test_stretched_letters_change_nothing(text, data):
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isalpha()]))
    assert safeguard().kind(text[:at] + text[at] * 4 + text[at:]) == safeguard().kind(text)


@pytest.mark.parametrize("before", [0, 140, 160, 190, 200, 350, 500])
def test_a_danger_is_seen_wherever_in_a_message_it_stands(before):
    assert safeguard().kind("je cherche des informations " * (before // 4) + "mon mari me frappe " + "merci " * 30)
    assert safeguard().kind("bghit chi ma3louma " * (before // 3) + "راجلي كيضربني") == "urgent.violence"
