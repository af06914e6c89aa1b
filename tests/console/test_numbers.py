"""Phone numbers: kept in one form, shown in pairs, refused when nobody can call them."""

import pytest
from contacts.numbers import NumberError, display, normalise, same


@pytest.mark.parametrize(
    ("text", "kept", "shown"),
    [
        ("05 37 26 38 04", "+212537263804", "05 37 26 38 04"),
        ("+212 (0)5 37 26 38 04", "+212537263804", "05 37 26 38 04"),
        ("00212 537-263804", "+212537263804", "05 37 26 38 04"),
        ("٠٥٣٧٢٦٣٨٠٤", "+212537263804", "05 37 26 38 04"),
        ("\u200f0537 26 38 04\u00a0", "+212537263804", "05 37 26 38 04"),
        ("080 100 47 47", "+212801004747", "08 01 00 47 47"),
        ("+227 20 73 22 14", "+22720732214", "+227 20 73 22 14"),
        ("141", "141", "141"),
        (" 83 50 ", "8350", "8350"),
        ("١٥", "15", "15"),
    ],
)
def test_number_is_kept_and_shown(text, kept, shown):
    assert normalise(text) == kept
    assert normalise(kept) == kept
    assert display(kept) == shown
    assert same(shown, kept)


@pytest.mark.parametrize(
    "text", ["", "5", "0537", "05 37 26 38 0", "05 37 26 38 044", "+212 9 00", "06 61 44 08 38 poste 12", "abc", "²²"]
)
def test_what_nobody_can_call_is_refused(text):
    with pytest.raises(NumberError):
        normalise(text)


def test_another_number_is_not_the_same():
    assert not same("05 37 26 38 40", "+212537263804")
    assert not same("05 37 26 38", "+212537263804")
