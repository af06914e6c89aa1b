"""Cities, needs, organisations and concepts are found in every spelling, and common words are never a city."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant import yaml
from assistant.dialogue.decision import OFFERS
from assistant.nlu import tokens
from assistant.nlu.lexicon import Entity, Lexicon
from assistant.nlu.normalise import fold
from assistant.nlu.tokens import words_of
from assistant.paths import DATA
from quality.data import examples


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon()


def found(lexicon: Lexicon, text: str, kind: str) -> list[str]:
    return [entity.value for entity in lexicon.find(fold(text), [])[1] if entity.kind == kind]


CITIES = [
    ("je suis à Tanger", "tanger"),
    ("un avocat a tange svp", "tanger"),
    ("fin kayn chi jam3iya f tanja", "tanger"),
    ("ana f wjda", "oujda"),
    ("كاين شي محامي فطنجة؟", "tanger"),
    ("بوجدة", "oujda"),
    ("ساكن في الدار البيضاء", "casablanca"),
    ("hna f casa", "casablanca"),
    ("عايشين فكازا", "casablanca"),
    ("j'habite à Fès", "fes"),
    ("a sale", "sale"),
    ("Salé", "sale"),
    ("Fès ?", "fes"),
    ("je vis à Casablnca", "casablanca"),
    ("Marrakech", "marrakech"),
    ("من الرباط", "rabat"),
]


@pytest.mark.parametrize(("text", "city"), CITIES)
def test_a_city_is_found(lexicon: Lexicon, text: str, city: str) -> None:
    assert city in found(lexicon, text, "city")


NO_CITY = [
    "c'est sale ici",
    "safi, merci",
    "safi",
    "صافي شكرا",
    "je cherche un travail",
    "la carte de séjour",
    "il est à la maison",
    "je veux aller à l'école",
    "bghit nkhdem",
    "بغيت نخدم",
    "الداخل والخارج",
    "je viens de Guinée",
]


@pytest.mark.parametrize("text", NO_CITY)
def test_a_common_word_is_no_city(lexicon: Lexicon, text: str) -> None:
    assert found(lexicon, text, "city") == []


def test_typos_turn_no_word_of_the_examples_into_a_city(lexicon: Lexicon) -> None:
    """At a tolerance of 86 "étrangers" would be Tangier, at 84 "التسوية" (regularisation) would be Essaouira."""
    taken = set()
    for example in examples():
        folded = fold(example.text)
        for entity in lexicon.find(folded, [])[1]:
            word = folded[entity.start : entity.end]
            if entity.kind == "city" and " " not in word and lexicon.is_typo(word):
                taken.add(word)
    assert taken == set()


@pytest.mark.parametrize(
    ("text", "organisation"),
    [("le numéro du HCR", "hcr"), ("رقم المفوضية السامية لشؤون اللاجئين", "hcr"), ("wach caritas kayna", "caritas")],
)
def test_an_organisation_is_found(lexicon: Lexicon, text: str, organisation: str) -> None:
    assert any(organisation in value for value in found(lexicon, text, "organisation"))


@pytest.mark.parametrize("text", ["carte de séjour", "titre de sejour", "بطاقة الإقامة", "iqama", "الإقامة", "سيجور"])
def test_one_concept_for_both_languages(lexicon: Lexicon, text: str) -> None:
    assert "residence_card" in lexicon.find(fold(text), [])[0]


def test_a_place_in_the_text_is_given(lexicon: Lexicon) -> None:
    text = fold("je suis à Tanger")
    city = Entity("city", "tanger", text.index("tanger"), len(text))
    assert city in lexicon.find(text, [])[1]


@pytest.mark.parametrize(
    ("typed", "language", "standard"),
    [
        ("koi", "fr", ["quoi"]),
        ("pr", "fr", ["pour"]),
        ("jve", "fr", ["je", "veux"]),
        ("kifach", "ar", ["كيفاش"]),
        ("bghit", "ar", ["بغيت"]),
        ("kifach", "fr", ["kifach"]),
        ("koi", None, ["koi"]),
    ],
)
def test_usual_spelling_depends_on_the_language(
    lexicon: Lexicon, typed: str, language: str | None, standard: list[str]
) -> None:
    assert lexicon.standard([typed], language) == standard


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("oui", "chat.affirm"),
        ("iyeh", "chat.affirm"),
        ("لا", "chat.deny"),
        ("nan", "chat.deny"),
        ("شكرا", "chat.thanks"),
    ],
)
def test_a_bare_word_of_small_talk_needs_no_learning(lexicon: Lexicon, text: str, topic: str) -> None:
    assert lexicon.whole([fold(text)]) == (topic,)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("النضب", "fraud.money"),
        ("arnauqe", "fraud.money"),
        ("retour volontiare", "return.what"),
        ("غلمساعدة القانونية", "services.legal_aid"),
        ("oui", "chat.affirm"),
        ("oim", "iom.who"),
        ("ohm", ""),  # too short to bear a slip
        ("je cherche une arnauqe", ""),  # a sentence is read by the classifier
    ],
)
def test_a_keyword_bears_a_slip_of_the_thumb(lexicon: Lexicon, text: str, topic: str) -> None:
    assert lexicon.whole(words_of(text)) == ((topic,) if topic else ())


@pytest.mark.parametrize("row", yaml.read(DATA / "lexicon" / "vague.yml")["vague"], ids=lambda row: row["words"][0])
def test_a_vague_word_is_asked_about(row: dict[str, list[str]], parse: Callable[[str], dict[str, Any]]) -> None:
    assert len(row["topics"]) == OFFERS
    for word in row["words"]:
        read = parse(word)
        assert read["decision"] == "ask", word
        offered = [topic for topic in read["offered"] if not topic.startswith("language.")]
        assert offered[:OFFERS] == row["topics"], word


def test_a_slip_makes_no_keyword_of_another_word_of_the_examples(lexicon: Lexicon) -> None:
    wrong = {}
    for example in examples():
        words = words_of(example.text)
        topic = lexicon.whole(words)
        if topic and example.topic not in topic and " ".join(words) not in lexicon._whole:
            wrong[example.text] = (example.topic, topic)
    assert wrong == {}


@pytest.mark.parametrize("script", ["fr", "ar"])
def test_phrases_are_tokens_as_in_a_message(lexicon: Lexicon, script: str) -> None:
    pipeline = tokens.pipeline(script)
    phrases = {phrase for found in lexicon._phrases.values() for phrase in found if phrase}
    for phrase in phrases:
        made = [[token.text for token in doc] for doc in tokens.docs_of_phrase(phrase)]
        assert [token.text for token in pipeline.make_doc(phrase)] in made, phrase
