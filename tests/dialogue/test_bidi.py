"""Numbers and addresses of a reply: whole inside Arabic, unmarked in French, and links where a tap helps."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue.bidi import (
    END_ISOLATE,
    ISOLATE,
    ISOLATE_BY_SCRIPT,
    isolated,
    isolated_address,
    pieces,
    shown,
    with_isolated_addresses,
)

PAGES = {"gadem-asso.org": "https://www.gadem-asso.org/qui-sommes-nous/"}


def joined(cut: list) -> str:
    return "".join(piece if isinstance(piece, str) else piece["text"] for piece in cut)


def test_a_number_is_marked_in_arabic_only() -> None:
    said = f"Police : {isolated('19')}"
    assert shown(said, "fr") == "Police : 19"
    assert shown(said, "ar") == f"Police : {ISOLATE}19{END_ISOLATE}"


def test_numbers_hosts_and_postal_addresses_are_links() -> None:
    said = f"{isolated('05 37 77')} {isolated('gadem-asso.org')} {isolated('foras.ma')} {isolated_address('5, rue A')}"
    links = [piece["href"] for piece in pieces(said, "fr", PAGES) if isinstance(piece, dict)]
    assert links == [
        "tel:053777",
        PAGES["gadem-asso.org"],
        "https://foras.ma",
        "https://www.openstreetmap.org/search?query=5%2C%20rue%20A",
    ]


def test_hours_and_mail_addresses_are_no_links() -> None:
    assert pieces(f"à {isolated('09:00')}, {isolated('a@b.org')}", "fr") == ["à 09:00, a@b.org"]


def test_addresses_in_a_sentence_are_marked_once() -> None:
    once = with_isolated_addresses("voyez morocco.iom.int ou a@iom.int")
    assert once == f"voyez {isolated('morocco.iom.int')} ou {isolated('a@iom.int')}"
    assert with_isolated_addresses(once) == once


MARKS = ISOLATE + ISOLATE_BY_SCRIPT + END_ISOLATE
PLAIN = st.text(st.characters(exclude_characters=MARKS, exclude_categories=["Cs"]), max_size=12)
MARKED = st.lists(PLAIN | PLAIN.map(isolated) | PLAIN.map(isolated_address), max_size=6).map("".join)


@given(MARKED)
def test_the_pieces_are_the_whole_text_in_french(said: str) -> None:
    assert joined(pieces(said, "fr")) == shown(said, "fr")


@given(MARKED)
def test_in_arabic_only_the_marks_around_links_are_left_out(said: str) -> None:
    assert shown(joined(pieces(said, "ar")), "fr") == shown(said, "fr")
