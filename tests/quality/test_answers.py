"""Answers that are too long, without source, without date, for one language only, with a number of their own."""

import pytest

NAME = "data/answers/regul.yml"
FRENCH = '"En 2014 : {phone:hcr-rabat}."'
# What is read around a text: emoji, source line; the number instead of its variable.
AROUND = len("🪪 \nSource : example.org (2014)")
LONGEST_TEXT = 600 - AROUND


def _is_said(project, text):
    project.replace(NAME, FRENCH, f'"{text}"')
    return project.problems()


def test_as_long_as_allowed(project):
    number, variable = "05 37 00 00 11", "{phone:hcr-rabat}"
    text = f"2014 {variable} "
    assert _is_said(project, text + "x" * (LONGEST_TEXT - len(f"2014 {number} "))) == []


def test_too_long_with_number_and_source(project):
    number, variable = "05 37 00 00 11", "{phone:hcr-rabat}"
    text = f"2014 {variable} "
    assert _is_said(project, text + "x" * (LONGEST_TEXT + 1 - len(f"2014 {number} "))) == [
        f"length: {NAME}: utter_regul/card (fr) has 601 characters with numbers and source; shorten it to 600."
    ]


def test_empty(project):
    project.replace(NAME, "En mars 2014, rien.", " ")
    assert f"length: {NAME}: utter_follow/card_cost (fr) is empty. Write it." in project.problems()


SOURCED = 'sources: ["https://www.example.org/page"]'


def _metadata(project, old, new):
    """The same change in both languages of the first answer."""
    project.replace(NAME, old, new, times=2)
    return project.problems()


def _both(problem):
    return [f"{problem}".format(language) for language in ("ar", "fr")]


def test_no_source(project):
    assert _metadata(project, SOURCED, "sources: []") == _both(
        f"source: {NAME}: utter_regul/card ({{}}) states facts without a source. Add `sources`, or drop them."
    )


def test_a_source_that_is_no_address(project):
    assert _metadata(project, "https://www.example.org/page", "le journal") == _both(
        f"source: {NAME}: utter_regul/card ({{}}) has 'le journal' as source, which is no address. Mend it."
    )


def test_no_metadata(project):
    found = _metadata(project, "status: historical}", "status: sure}")
    assert len(found) == 2
    assert found[1].startswith(f"source: {NAME}: utter_regul/card (fr) has status 'sure'. Write one of current, dated")


def test_when_the_source_was_read(project):
    assert _metadata(project, 'read_on: "2026-11"', "read_on: null") == _both(
        f"source: {NAME}: utter_regul/card ({{}}) does not say when its source was read. Add `read_on`."
    )


def test_guidance_with_a_source(project):
    assert _metadata(project, "status: historical", "status: guidance") == _both(
        f"source: {NAME}: utter_regul/card ({{}}) has sources but status guidance. Say current, dated or historical."
    )


@pytest.mark.parametrize("status", ["dated", "historical"])
@pytest.mark.parametrize("text", ["Rien.", "Au 20145.", "En 2013."])
def test_a_dated_fact_without_its_date(project, status, text):
    project.replace(NAME, "status: historical", f"status: {status}", times=2)
    assert _is_said(project, text) == [
        f"date: {NAME}: utter_regul/card (fr) tells a {status} fact without its year 2014. Say it in the text."
    ]


def test_a_date_in_arabic_digits(project):
    project.replace(NAME, "سنة 2014", "سنة ٢٠١٤")
    assert project.problems() == []


@pytest.mark.parametrize("value", ["2014", '"mars 2014"'])
def test_a_date_that_is_none(project, value):
    """A bare 2014 is a number: the answer with its year would fail."""
    shown = value.replace('"', "'")
    assert _metadata(project, 'as_of: "2014-03"', f"as_of: {value}")[-1].startswith(
        f"date: {NAME}: utter_regul/card (fr): as_of is {shown}. Write a date in quotes"
    )


def _variant(project, variant, name=NAME):
    metadata = "{sources: [" + '"https://www.example.org/page"' + "]"
    metadata += ', as_of: "2014-03", read_on: "2026-11", status: historical}'
    text = f'  - {variant}\n    text: "En 2014"\n    metadata: {metadata}\n  utter_follow/card_cost:'
    project.replace(name, "  utter_follow/card_cost:", text)
    return project.problems()


def test_a_channel_without_language(project):
    assert _variant(project, "channel: whatsapp") == [
        f"channel: {NAME}: utter_regul/card (fr, whatsapp) needs a condition on the slot language. Add it."
    ]


def test_a_channel_with_language(project):
    condition = "\n    condition: [{type: slot, name: language, value: fr}]"
    assert _variant(project, f"channel: whatsapp{condition}") == []


def test_two_variants_of_one_language(project):
    assert _variant(project, "condition: [{type: slot, name: language, value: ar}]") == [
        f"variants: {NAME}: utter_regul/card (ar) stands there twice. Keep one."
    ]


def test_two_variants_of_one_channel(project):
    one = "channel: web\n    condition: [{type: slot, name: language, value: ar}]"
    again = '\n    text: "En 2014"\n    metadata: {sources: ["https://www.example.org/page"], as_of: "2014-03",'
    again += f' read_on: "2026-11", status: historical}}\n  - {one}'
    assert _variant(project, one + again) == [
        f"variants: {NAME}: utter_regul/card (ar, web) stands there twice. Keep one."
    ]


def test_a_language_that_is_never_set(project):
    assert _variant(project, "condition: [{type: slot, name: language, value: en}]") == [
        f"variants: {NAME}: utter_regul/card (en) waits for a language that is never set. Write one of fr, ar."
    ]


def test_metadata_that_differ(project):
    project.replace(NAME, 'read_on: "2026-11"', 'read_on: "2026-10"')
    assert project.problems() == [
        f"metadata: {NAME}: utter_regul/card (ar) and utter_regul/card (fr) differ in read_on."
        " Give them one metadata (&, *)."
    ]


@pytest.mark.parametrize(
    "number",
    [
        *("05 37 00 00 99", "0537000099", "05.37.00.00.99", "05-37-00-00-99", "+212 5 37 00 00 99", "537 000 099"),
        *("212 537 000 099", "05\u00a037\u00a000\u00a000\u00a099", "٠٥٣٧٠٠٠٠٩٩", "۰۵۳۷۰۰۰۰۹۹", "٠٥ ٣٧ ٠٠ ٠٠ ٩٩"),
    ],
)
def test_a_number_that_the_directory_does_not_hold(project, number):
    shown = "".join(str(int(c)) if c.isdecimal() else c for c in number)
    assert _is_said(project, f"En 2014 : {number}, Rabat") == [
        f"numbers: {NAME}: utter_regul/card (fr): {shown!r} is in no directory entry. Write {{phone:PLACE}} instead."
    ]


@pytest.mark.parametrize("private", ["05 37 00 00 22", "05 37 00 00 33"])
def test_a_private_or_historical_number(project, private):
    assert _is_said(project, f"En 2014 : {private}") == [
        f"numbers: {NAME}: utter_regul/card (fr): {private!r} is in no directory entry. Write {{phone:PLACE}} instead."
    ]


@pytest.mark.parametrize("call", ["Appelez le 177", "appelez la police au 177", "اتصلوا على ١٧٧", "اتصلوا بالرقم 177"])
def test_a_short_number_to_call(project, call):
    assert _is_said(project, f"En 2014, {call}") == [
        f"numbers: {NAME}: utter_regul/card (fr): '177' is in no directory entry. Write {{phone:PLACE}} instead."
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("2016-2017", "2016 - 2017", "2016–2017", "٢٠١٦-٢٠١٧", "les 10 et 11 mars 2014", "26-07-2024", "2022-08-15"),
        *("11.11.2003", "la loi 02-03 (2003)", "le dahir 1-03-196 de 2003", "25 000 dirhams", "1 200 000", "100.000"),
        *(
            "10 000-20 000 dirhams",
            "27 332 demandes",
            "175 États (2023)",
            "de 8:30 à 18:00",
            "appelez avant le 10 mars",
        ),
        *("appelez à partir de 8 h", "05 37 00 00 11", "+212 5 37 00 00 11", "٠٥٣٧٠٠٠٠١١", "appelez le 19"),
        *("au 10, avenue Mehdi Ben Barka", "شارع المهدي، رقم 10", "example.org/2019/11/011042"),
    ],
)
def test_what_is_no_foreign_number(project, text):
    assert _is_said(project, f"En 2014 : {text}") == []


@pytest.mark.parametrize("place", ["ghost", "old-office"])
def test_a_place_without_a_number(project, place):
    project.replace(NAME, "{phone:hcr-rabat}", f"{{phone:{place}}}")
    assert project.problems() == [
        f"numbers: {NAME}: utter_regul/card (fr): the directory has no number to show for {place!r}."
        " Name another place."
    ]
