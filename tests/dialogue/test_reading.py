"""What a message names for a search: the city that is meant, the detail, which one, and the words that stop it."""

from collections.abc import Sequence

import pytest

from assistant.dialogue.reading import named, need_read
from assistant.dialogue.state import Search
from assistant.dialogue.understood import Named
from assistant.nlu import tokens
from assistant.nlu.lexicon import lexicon
from assistant.nlu.normalise import fold

NO_SEARCH, CITY_ASKED = Search(), Search(need="health", missing="city")


def read(text: str, search: Search = NO_SEARCH, unheard: Sequence[str] = ()) -> Named:
    folded = fold(text)
    typed = tokens.words(tokens.tokenize(folded))
    concepts, found = lexicon().find(folded, typed)
    return named(folded, typed, concepts, [entity.to_dict() for entity in found], unheard, search)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("non, pas Tanger, Tétouan", "tetouan"),
        ("pas à Tanger mais à Tétouan", "tetouan"),
        ("non Oujda", "oujda"),
        ("ماشي طنجة، تطوان", "tetouan"),
        ("لا، وجدة", "oujda"),
        ("machi f tanja, f titwan", "tetouan"),
        ("et à Oujda ?", "oujda"),
        ("وفوجدة؟", "oujda"),
        ("w f casa?", "casablanca"),
    ],
)
def test_the_city_that_is_meant(text: str, city: str) -> None:
    assert read(text).city == city


@pytest.mark.parametrize("text", ["pas Tanger", "ماشي طنجة", "machi tanja", "pas à Rabat"])
def test_a_city_that_is_not_meant(text: str) -> None:
    assert (read(text).refused, read(text).city) == (True, None)


@pytest.mark.parametrize(
    ("text", "city"),
    [("tangé", "tanger"), ("tangerr", "tanger"), ("wjda", "oujda"), ("casa", "casablanca"), ("martile", "martil")],
)
def test_a_misspelt_city_where_one_was_asked_for(text: str, city: str) -> None:
    assert read(text, CITY_ASKED).city == city


@pytest.mark.parametrize(
    "text", ["je ne sais pas", "pourquoi ?", "aidez moi svp", "j'ai peur", "Bruxelles", "عافاك", "ma3raftch", "manger"]
)
def test_what_is_no_city_where_one_was_asked_for(text: str) -> None:
    assert read(text, CITY_ASKED).city is None


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("leur numéro ?", "phone"),
        ("3tini ra9m dyalhom", "phone"),
        ("الرقم ديالهم", "phone"),
        ("leur adresse svp", "address"),
        ("فين جات؟", "address"),
        ("c'est ouvert maintenant ?", "hours"),
        ("wach m7lolin daba", "hours"),
        ("واش محلولين دابا", "hours"),
        ("leur mail", "email"),
        ("un autre", "more"),
        ("شي واحد آخر", "more"),
        ("wach kayn chi wa7ed akhor", "more"),
        ("une autre ville", "city"),
        ("فمدينة أخرى", "city"),
        ("j'ai une autre question", None),
        ("عندي سؤال آخر", None),
        ("bonjour", None),
    ],
)
def test_the_detail_that_is_asked_for(text: str, detail: str | None) -> None:
    assert read(text).detail == detail


@pytest.mark.parametrize(
    ("text", "nth"),
    [("le numéro du deuxième", 2), ("l'adresse de la première", 1), ("ra9m dyal ttani", 2), ("رقم ديال التاني", 2)],
)
def test_which_of_them(text: str, nth: int) -> None:
    assert read(text).nth == nth


@pytest.mark.parametrize("text", ["laisse tomber", "non", "annule", "safi", "لا", "صافي", "la", "stop", "خليها"])
def test_words_that_stop_a_search(text: str) -> None:
    assert read(text).leaves


@pytest.mark.parametrize("text", ["tout le Maroc", "partout", "n'importe où", "كل المغرب", "f lmghrib kaml"])
def test_whatever_city(text: str) -> None:
    assert read(text).anywhere


@pytest.mark.parametrize("text", ["Tanger", "à Tanger", "فطنجة", "Al Hoceima ?"])
def test_nothing_but_a_city(text: str) -> None:
    assert read(text).only_city


def test_more_than_a_city() -> None:
    assert not read("je suis à Tanger").only_city


@pytest.mark.parametrize(
    ("ranking", "need"),
    [
        ([("services.housing", 0.6), ("regul.now", 0.3)], "housing"),
        ([("contact.find", 0.5), ("services.housing", 0.25), ("urgent.suicide", 0.1)], "housing"),  # of what is left
        ([("regul.card", 0.3), ("regul.cost", 0.3), ("chat.bot", 0.4)], "residence"),  # topics of one need are added
        ([("services.housing", 0.4), ("out_of_scope", 0.6)], None),
        ([("contact.find", 0.99), ("services.culture", 0.01)], None),  # all of what is left, which is nothing
        ([("urgent.missing", 0.9)], None),  # "je suis perdu à Casa": no relative is looked for
        ([], None),
    ],
)
def test_the_need_that_the_classifier_reads(ranking: list[tuple[str, float]], need: str | None) -> None:
    assert need_read(ranking) == need


class TestConsulate:
    @pytest.mark.parametrize(
        "text",
        [
            *("mon passeport est fini", "l9it jawaz salali", "الجواز ديالي سالا", "mon ambassade"),
            *("انا من الكامرون والباسبور سالا", "ou é lanbasade du mali"),
        ],
    )
    def test_is_what_a_passport_needs(self, text: str) -> None:
        assert read(text).need == "consulate"

    def test_is_not_looked_for_where_another_help_is_named(self) -> None:
        assert read("un avocat pour mon passeport").need == "legal_aid"

    def test_of_a_misspelt_country_is_known(self) -> None:
        assert read("ambassade du senegual", unheard=["senegual"]).nationality == "ambassade-senegal"
        assert read("passeport camerrounais", unheard=["camerrounais"]).nationality == "unlisted"

    @pytest.mark.parametrize(
        ("text", "consulate"),
        [
            ("passeport perdu en Algérie je suis guinéen", "consulat-guinee-dakhla"),
            ("جواز سفري ضاع في الجزائر وأنا من غينيا", "consulat-guinee-dakhla"),
            ("passeport perdu en Algérie, ambassade du Niger", "ambassade-niger"),
            ("لقنصلية ديال السنغال", "ambassade-senegal"),
            ("jsui kamerounai g perdu mon passport", "unlisted"),
            ("hna sinighaliyin bghina lbasbor", "ambassade-senegal"),
        ],
    )
    def test_is_of_the_country_of_whoever_writes(self, text: str, consulate: str) -> None:
        assert read(text).nationality == consulate

    def test_is_asked_for_so_that_a_country_may_be_misspelt(self) -> None:
        asked = Search(need="consulate", missing="city")
        assert read("sénégallais", unheard=["senegallais"]).nationality is None
        assert read("sénégallais", asked, ["senegallais"]).nationality == "ambassade-senegal"


class TestMisspeltNeed:
    @pytest.mark.parametrize(
        ("word", "need"),
        [("avoat", "legal_aid"), ("meddecin", "health"), ("محماي", "legal_aid"), ("padseport", "consulate")],
    )
    def test_is_known_when_the_word_is_nothing_else(self, word: str, need: str) -> None:
        assert read(word, unheard=[word]).need == need

    def test_is_no_need_when_examples_have_the_word(self) -> None:
        assert read("avoat").need is None

    def test_is_not_looked_for_beside_a_need_that_is_spelt_right(self) -> None:
        assert read("une école ou un avoat", unheard=["avoat"]).need == "school"

    def test_is_none_when_no_word_is_near(self) -> None:
        assert lexicon().closest(["maladx"], ["need:health", "need:work"]) == "need:health"
        assert lexicon().closest(["xxxxxxx"], ["need:health", "need:work"]) is None

    def test_is_none_when_two_needs_are_as_near(self) -> None:
        assert lexicon().closest(["الخمل"], ["need:maternal"]) == "need:maternal"
        assert lexicon().closest(["الخمل"], ["need:work"]) == "need:work"
        assert lexicon().closest(["الخمل"], ["need:maternal", "need:work"]) is None
