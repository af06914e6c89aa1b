"""Titles that do not fit, and two that say the same."""

import pytest

TOPICS = "data/topics/topics.yml"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_long_title(project, language):
    project.replace(TOPICS, {"fr": '"Trouver"', "ar": '"بحث"'}[language], f'"{"x" * 21}"')
    assert project.problems() == [
        f"titles: {TOPICS}: the button of contact.find ({language}) is {'x' * 21!r}, 21 characters; 1 to 20 are shown."
        " Shorten it."
    ]


def test_a_title_as_long_as_allowed(project):
    project.replace(TOPICS, '"Trouver"', f'"{"x" * 20}"')
    assert project.problems() == []


def test_the_words_that_open_a_list_on_whatsapp(project):
    project.replace("data/interface/whatsapp.yml", '"Choisir"', f'"{"x" * 21}"')
    assert project.problems() == [
        f"titles: data/interface/whatsapp.yml: list (fr) is {'x' * 21!r}, 21 characters; 1 to 20 are shown. Shorten it."
    ]


def test_the_emoji_of_a_menu_counts(project):
    project.replace(TOPICS, '"Papiers"', f'"{"x" * 19}"')
    assert project.problems() == [
        f"titles: {TOPICS}: the button of menu.regul (fr) is {'🪪 ' + 'x' * 19!r}, 21 characters; 1 to 20 are shown."
        " Shorten it."
    ]


def test_no_title_in_arabic(project):
    project.replace(TOPICS, '{fr: "Trouver", ar: "بحث"}', '{fr: "Trouver"}')
    assert [p for p in project.problems() if "the button of contact.find (ar) is '', 0 characters" in p]


def test_a_button_inside_an_answer(project):
    name = "data/answers/regul.yml"
    buttons = f"    buttons: [{{title: {'x' * 21}, payload: /menu/main}}]\n  - condition"
    project.replace(name, "  - condition", buttons)
    assert project.problems() == [
        f"titles: {name}: utter_regul/card (fr): the button {'x' * 21!r} has 21 characters; shorten it to 20."
    ]


@pytest.mark.parametrize("title", ["Carte de séjour", "carte de sejour"])
def test_two_topics_that_say_the_same(project, title):
    project.replace(TOPICS, '"Trouver"', f'"{title}"')
    assert project.problems() == [
        f"same title: {TOPICS}: contact.find and regul.card can stand together and both say {title!r}. Rename one."
    ]


def test_the_emoji_makes_no_difference(project):
    """Typed, "papiers" would mean both."""
    project.replace(TOPICS, '"Trouver"', '"Papiers"')
    assert project.problems() == [
        f"same title: {TOPICS}: contact.find and menu.regul can stand together and both say 'Papiers'. Rename one."
    ]


def test_titles_that_never_stand_together(project):
    project.replace(TOPICS, '"Oui, effacer"', '"Trouver"')
    assert project.problems() == []


@pytest.mark.parametrize(
    ("name", "old", "target"),
    [
        ("data/lexicon/cities.yml", "Rabat", "city.rabat"),
        ("data/lexicon/needs.yml", "Santé", "need.health"),
        ("data/topics/search.yml", "Un autre", "search.more"),
    ],
)
def test_titles_of_a_search_fit_too(project, name: str, old: str, target: str) -> None:
    project.replace(name, old, "x" * 21)
    assert [p for p in project.problems() if p.startswith(f"titles: {name}: the button of {target} (fr) is")]


def test_two_cities_of_the_same_name_cannot_be_told_apart(project) -> None:
    project.replace("data/lexicon/cities.yml", "Tanger", "Rabat")
    assert [p for p in project.problems() if "city.rabat and city.tanger can stand together" in p]
