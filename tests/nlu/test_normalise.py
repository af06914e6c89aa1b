"""One spelling for every way of typing the same word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.normalise import MAX_CHARACTERS, arabic_share, clean, fold, has_letters

SAME = [
    # stretched letters
    ("bonjouuur", "bonjour"),
    ("Meeerciii", "merci"),
    ("سلااااام", "سلام"),
    ("عافااااك", "عافاك"),
    # case, accents, ligatures, apostrophes
    ("OÙ EST L’HÔPITAL", "ou est l'hopital"),
    ("Récépissé", "recepisse"),
    ("ma sœur", "ma soeur"),
    ("ça", "ca"),
    ("j`ai", "j'ai"),
    # tashkeel, tatweel
    ("مُهَاجِر", "مهاجر"),
    ("ســـــلام", "سلام"),
    ("الإقامةُ", "الاقامه"),
    # hamza, alef, final letters
    ("أين", "اين"),
    ("إقامة", "اقامه"),
    ("آسف", "اسف"),
    ("مستشفى", "مستشفي"),
    ("مسؤول", "مسوول"),
    ("عائلة", "عايله"),
    # letters of Morocco and of Persian keyboards
    ("گاع", "كاع"),
    ("ڤيزا", "فيزا"),
    ("کی", "كي"),
    # digits of every script
    ("٣ أشهر", "3 اشهر"),
    ("۲۰۱۴", "2014"),
    ("１２３", "123"),
    # what nobody sees: bidi marks, zero-width characters, non-breaking space, soft hyphen
    ("carte\u00a0de\u202fséjour", "carte de sejour"),
    ("\u202bالإقامة\u202c", "الاقامه"),
    ("ف\u200cالدار", "فالدار"),
    ("pass\u00adeport", "passeport"),
    ("bon\u200bjour\ufeff", "bonjour"),
    # control characters, separators, lone surrogates
    ("a\x00b\x07c", "a b c"),
    ("ligne\u2028autre\u2029fin", "ligne autre fin"),
    ("oui\ud800non", "ouinon"),
    # presentation forms of Arabic, full-width Latin
    ("ﺳﻼم", "سلام"),
    ("ＯＩＭ", "oim"),
    # punctuation
    ("فين؟", "فين?"),
]


@pytest.mark.parametrize(("typed", "folded"), SAME)
def test_it_is_folded(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize("word", ["allo", "passeport", "appel", "الله", "عمّ"])
def test_double_letters_stay(word: str) -> None:
    assert len(fold(word)) == len("".join(c for c in word if unicodedata.category(c) != "Mn"))


@given(st.text())
def test_folding_never_fails_and_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Mn") for c in fold(text))


@given(st.text(alphabet=st.characters(whitelist_categories=["Nd"]), min_size=1))
def test_digits_become_ascii(text: str) -> None:
    assert clean(text).isascii()


def test_a_long_text_is_cut() -> None:
    assert len(clean("a" * 100_000)) == MAX_CHARACTERS


def test_share_of_arabic_letters() -> None:
    assert arabic_share("فين") == 1.0
    assert arabic_share("carte") == 0.0
    assert 0 < arabic_share("la carte ديالي") < 1
    assert arabic_share("123 ?!") == 0.0
    assert not has_letters("123 😀")
