"""What is personal goes, what people ask about stays, whatever else is in the text."""

import csv
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.privacy.redact import MARKS, contains_personal, redact, redact_data
from assistant.privacy.senders import pseudonym

TABLE = Path(__file__).with_name("redaction.tsv")
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

# Pieces that numbers are made of and the words around them: random text would hardly ever hold a number.
NUMBERS = [
    "0612345678",
    "06 12 34 56 78",
    "+212",
    "00",
    "212",
    "0",
    "6",
    "12",
    "345678",
    "12345",
    "1234567",
    "٠٦",
    "۱۲",
]
LETTERS = ["AB", "ab", "deadbeef", "رقمي", "tel", "cin", "passeport", "carte", "rib", "n°", "de", "b", "a", "f", "MA64"]
SIGNS = ["@", ".", "-", "/", " ", "  ", "(", ")", "+", ":", "<", ">", "%2B", "\u200f", "\u2066", "\n", "é"]
WORDS = ["a.b", "mail.com", "x.ma/a", "https://x.ma/", "wa.me/", "<phone>", "<id>"]
NEAR_MISSES = ["dh", "درهم", "2014", "02/03/2024", "14h30", "10000", "0078 1000"]
PIECES = st.sampled_from(NUMBERS + LETTERS + SIGNS + WORDS + NEAR_MISSES)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join))


def test_table_is_large_enough():
    rows = Counter(row["lang"] for row in ROWS)
    near_misses = Counter(row["lang"] for row in ROWS if row["text"] == row["expected"])
    assert rows.keys() == {"fr", "ar", "arabizi"}
    assert min(rows.values()) >= 60
    assert min(near_misses.values()) >= 25
    assert {mark for mark in MARKS.values() if any(mark in row["expected"] for row in ROWS)} == set(MARKS.values())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_table(row):
    assert redact(row["text"]) == row["expected"]
    assert redact(row["expected"]) == row["expected"]
    assert contains_personal(row["text"]) == (row["text"] != row["expected"])


@pytest.mark.long
@given(TEXTS)
@settings(max_examples=1_000, deadline=None)
def test_second_run_finds_nothing(text):
    once = redact(text)
    assert redact(once) == once
    assert not contains_personal(once)


def test_what_a_first_pass_frees_goes_too():
    """Eight digits before "dh" are a price, until "dh" turns out to begin an address."""
    assert redact("61234567 dh") == "61234567 dh"
    assert redact("61234567 dh@mail.com") == "<phone> <email>"


@given(TEXTS.map(lambda text: text.replace("@", "")))
@settings(max_examples=500, deadline=None)
def test_text_without_digits_is_untouched(text):
    bare = "".join(c for c in text if not c.isdigit())
    assert redact(bare) == bare


@given(
    before=st.sampled_from(["", "je suis ", "رقمي ", "رقمي", "tel:", "Salut!\n", "(", "e=", "<phone> "]),
    lead=st.sampled_from(["0", "+212", "00212", "+212 ", "212", "٠", "۰"]),
    digits=st.from_regex(r"[67][0-9]{8}", fullmatch=True),
    between=st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u200f", "–"]),
    after=st.sampled_from(["", ".", " merci", "\nالسلام", ")", ", et toi ?"]),
)
@settings(max_examples=500, deadline=None)
def test_no_part_of_a_moroccan_mobile_number_is_left(before, lead, digits, between, after):
    grouped = digits[0] + between + between.join(digits[i : i + 2] for i in range(1, 9, 2))
    assert redact(f"{before}{lead}{grouped}{after}") == f"{before}<phone>{after}"


@pytest.mark.parametrize(
    "piece",
    ["1", "0 ", "+1-", "a", "a@", "a.", "tel ", "رقم ", "carte n ", "n ", "ab12 ", "(", "06 12 34 56 ", "x.ma/"],
)
def test_time_is_linear(piece):
    def seconds(length: int) -> float:
        text = (piece * length)[:length] + " 12345"
        started = time.perf_counter()
        redact(text)
        return time.perf_counter() - started

    seconds(1_000)
    short, long = min(seconds(10_000) for _ in range(3)), seconds(100_000)
    # Ten times the text: quadratic work would take a hundred times as long.
    assert long < 40 * short + 0.05
    assert long < 10


def test_data_is_walked_and_not_changed():
    data = {
        "text": "06 12 34 56 78",
        "entities": [{"value": "AB123456", "start": 0, "score": 0.5}],
        "0612345678": None,
        "more": ("a.b@mail.com", True),
    }
    assert redact_data(data) == {
        "text": "<phone>",
        "entities": [{"value": "<id>", "start": 0, "score": 0.5}],
        "0612345678": None,
        "more": ["<email>", True],
    }
    assert data["entities"][0]["value"] == "AB123456"


def test_identifiers_of_programs_stay():
    for identifier in ["0612345678abcdef0612345678abcdef", "06123456-1234-4234-8234-0612345678ab"]:
        assert redact(identifier) == identifier


@given(st.text(), st.text(), st.binary(min_size=1, max_size=40))
def test_pseudonyms(one, other, key):
    assert len(pseudonym(one, key)) == 32
    assert (pseudonym(one, key) == pseudonym(other, key)) == (one == other)
    assert pseudonym(one, key) != pseudonym(one, key + b"x")


def test_pseudonym_is_the_same_everywhere():
    # Computed with `openssl dgst -sha256 -hmac key` on "212612345678".
    assert pseudonym("212612345678", b"key") == "35e22e8f9e587a196aede2f330f69c6c"
