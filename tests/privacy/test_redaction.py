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

# The words before a name and a name itself, as people write them, and what they say next.
LEADS = [
    *("je m'appelle", "Je m’appelle", "je mapel", "jmappelle", "jm'appel", "je m apl", "je me nomme", "mon nom est"),
    *("mon nom c", "mon nom c'est", "mon non c", "mn nom c", "mon prénom est", "mon preno c", "mon nom de famille :"),
    *("je suis Monsieur", "je suis M.", "jsuis mme", "elle s'appelle", "son nom est", "my name is"),
    *(
        "اسمي",
        "أنا اسمي",
        "إسمي",
        "اسمي هو",
        "اسمي :",
        "سميتي",
        "سمتي",
        "انا سميتي",
        "سميتي هي",
        "زوجي اسمه",
        "خويا سميتو",
    ),
    *("smiti", "ana smiti", "smiyti", "smeyti", "smytii", "semiti", "ismi", "ana ismi", "smiya dyali", "rajli smito"),
]
NAMES = [
    *("Mamadou", "mamadou diallo", "AWA BA", "Aïssatou Bah", "Fatima-Zahra El Idrissi", "ahmed ben ali", "N'Diaye"),
    *("Paul De Souza", "abd el kader", "3ali", "محمد", "عبد الله", "فاطمة بنت علي", "أبو بكر", "وليد", "عائشة العلوي"),
]
NEXT = [
    *(
        "",
        ".",
        ", et je cherche un médecin",
        " et j'ai faim",
        " svp aidez moi",
        " j'ai 25 ans",
        " 25 ans",
        " de Guinée",
    ),
    *(
        " comment renouveler ma carte ?",
        " w bghit lwra9",
        " wach n9der",
        " mn mali",
        " kan9leb 3la khedma",
        " من غينيا",
    ),
    *(" وبغيت نجدد لاكارط", " عندي 3 ولاد", "، فين المكتب؟", " كيفاش ندير", "\nmerci", " <phone>"),
]
STREETS = [
    "rue Ibn Sina",
    "avenue Mohammed V",
    "bd Zerktouni",
    "derb Omar",
    "زنقة ابن سينا",
    "شارع الحسن الثاني",
    "zan9a lkbira",
]
ADDRESSES = [
    *(
        template.format(street=street)
        for street in STREETS
        for template in ("12 {street}", "٣ {street}", "{street} n° 7")
    ),
    *("hay Nahda n 5", "appt 4", "imm 2 appt 14", "lot 123", "عمارة 4 شقة 12", "حي السلام رقم ١٢", "derb 5 ra9m 12"),
]
MANY_PIECES = st.one_of(
    PIECES, st.sampled_from([*LEADS, *NAMES, *NEXT, *ADDRESSES, *STREETS, "mon adresse est ", "<name>", "n° "])
)
MANY_TEXTS = st.one_of(st.text(), st.lists(MANY_PIECES, max_size=14).map("".join), st.lists(MANY_PIECES).map(" ".join))


def test_table_is_large_enough():
    rows = Counter(row["lang"] for row in ROWS)
    near_misses = Counter(row["lang"] for row in ROWS if row["text"] == row["expected"])
    assert rows.keys() == {"fr", "ar", "arabizi"}
    assert min(rows.values()) >= 120
    assert min(near_misses.values()) >= 60
    for mark in ("<name>", "<address>"):
        marked = Counter(row["lang"] for row in ROWS if mark in row["expected"])
        assert min(marked[language] for language in rows) >= 10
    assert {mark for mark in MARKS.values() if any(mark in row["expected"] for row in ROWS)} == set(MARKS.values())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_table(row):
    assert redact(row["text"]) == row["expected"]
    assert redact(row["expected"]) == row["expected"]
    assert contains_personal(row["text"]) == (row["text"] != row["expected"])


@pytest.mark.long
@given(MANY_TEXTS)
@settings(max_examples=1_000)
def test_second_run_finds_nothing(text):
    once = redact(text)
    assert redact(once) == once
    assert not contains_personal(once)


def test_what_a_first_pass_frees_goes_too():
    """Eight digits before "dh" are a price, until "dh" turns out to begin an address."""
    assert redact("61234567 dh") == "61234567 dh"
    assert redact("61234567 dh@mail.com") == "<phone> <email>"


@given(TEXTS.map(lambda text: text.replace("@", "")))
@settings(max_examples=500)
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
@settings(max_examples=500)
def test_no_part_of_a_moroccan_mobile_number_is_left(before, lead, digits, between, after):
    grouped = digits[0] + between + between.join(digits[i : i + 2] for i in range(1, 9, 2))
    assert redact(f"{before}{lead}{grouped}{after}") == f"{before}<phone>{after}"


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_goes_and_what_is_said_around_it_stays(lead, name):
    for following in NEXT:
        assert redact(f"{lead} {name}{following}") == f"{lead} <name>{following}"
        assert redact(f"Salut ! {lead} {name}{following}") == f"Salut ! {lead} <name>{following}"
    assert redact(f"{lead} {name}".upper()) == f"{lead} ".upper() + "<name>"


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize(
    "following", ["", " ?", " w", " pas sur la liste", " ماشي فاللائحة", " makaynach f lista", " comment"]
)
def test_a_lead_without_a_name_stays(lead, following):
    assert redact(lead + following) == lead + following


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_goes_and_what_is_said_around_it_stays(address):
    for before in ("", "j'habite au ", "sakn f ", "ساكن ف "):
        for after in ("", ".", ", Rabat", " Rabat comment renouveler ma carte ?", " w bghit tbib", " وبغيت طبيب"):
            assert redact(before + address + after) == before + "<address>" + after


@pytest.mark.parametrize("street", STREETS)
def test_a_street_without_a_number_stays(street):
    for text in (f"{street} c'est où ?", f"fin kayna {street} ?", f"المكتب ف {street}", f"{street} à Rabat"):
        assert redact(text) == text


def test_kinds_that_meet_in_one_text():
    """Numbers go first: an e-mail address holds no name."""
    assert redact("je m'appelle awa@mail.com") == "je m'appelle <email>"
    assert redact("je m'appelle Awa 12 rue Ibn Sina 0612345678") == "je m'appelle <name> <address> <phone>"


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "0 ", "+1-", "a", "a@", "a.", "tel ", "رقم ", "carte n ", "n ", "ab12 ", "(", "06 12 34 56 ", "x.ma/"),
        *("je m'appelle ", "smiti ", "smiti a", "اسمي ", "mon nom ", "mon nom est a ", "nom:", "s'appelle ", "ال"),
        *("rue ", "rue a ", "12 rue ", "12 rue a ", "appt 1 ", "1 rue", "mon adresse ", "mon adresse rue a ", "m a p"),
    ],
)
def test_time_is_linear(piece):
    def seconds(length: int) -> float:
        text = (piece * length)[:length] + " 12345"
        started = time.process_time()
        redact(text)
        return time.process_time() - started

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
