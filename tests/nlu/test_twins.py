"""Arabizi that the lexicon does not know is heard as the words in Arabic script that sound like it."""

from pathlib import Path

from assistant.nlu.seen import seen
from assistant.nlu.twins import MOST, Twins

EXAMPLES = [["فين", "التسجيل"], ["التسجيل", "سالا"], ["ا"]]


def test_a_word_is_heard_however_it_is_spelt() -> None:
    twins = Twins.learn(EXAMPLES)
    for spelt in ("ltsjil", "ltesjil", "ltasjiil"):
        assert twins.of([spelt]) == ["التسجيل"]


def test_french_unheard_words_and_arabic_script_bring_nothing() -> None:
    twins = Twins.learn(EXAMPLES)
    assert twins.of(["zzz", "التسجيل", "a"]) == []


def test_only_the_most_frequent_words_of_a_sound_are_brought() -> None:
    alike = ["تسجيل", "تسجال", "تسجول", "تاسجيل", "تسجيلا"]
    brought = Twins.learn([[word] * (number + 1) for number, word in enumerate(alike)]).of(["tsjil"])
    assert brought == list(reversed(alike))[:MOST]


def test_it_is_the_same_after_saving(tmp_path: Path) -> None:
    Twins.learn(EXAMPLES).save(tmp_path)
    assert Twins.load(tmp_path).of(["ltsjil"]) == ["التسجيل"]


def test_a_message_in_french_is_not_heard_as_arabic() -> None:
    twins = Twins.learn([["كارت"], ["كرت"]])
    assert "wكارت" in seen("kurut", "ar").features(twins).counts()
    assert "wكارت" not in seen("kurut", "fr").features(twins).counts()
