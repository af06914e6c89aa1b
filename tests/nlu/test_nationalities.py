"""Countries and their people name a consulate of the directory, or none of it."""

import pytest

from assistant import yaml
from assistant.nlu.lexicon import lexicon
from assistant.nlu.normalise import fold
from assistant.paths import DATA


def named(text: str) -> set[str]:
    return {entity.value for entity in lexicon().find(fold(text), [])[1] if entity.kind == "nationality"}


@pytest.mark.parametrize(
    ("text", "consulate"),
    [
        ("je suis ivoirien", "ambassade-cote-divoire"),
        ("la Côte d’Ivoire", "ambassade-cote-divoire"),
        ("ana mn sinigal", "ambassade-senegal"),
        ("أنا من السنغال", "ambassade-senegal"),
        ("حنا سنغاليين", "ambassade-senegal"),
        ("des Guinéennes", "consulat-guinee-dakhla"),
        ("un Nigérien", "ambassade-niger"),
        ("un Nigérian", "unlisted"),
        ("la Guinée équatoriale", "unlisted"),
        ("والسودانيين", "unlisted"),
        ("بالكاميرون", "unlisted"),
        ("Camerounaise", "unlisted"),
        ("السينيغاليين", "ambassade-senegal"),
        ("الإيفوارية", "ambassade-cote-divoire"),
        ("Guinée-Bissau", "unlisted"),
        ("Côte-d’Ivoire", "ambassade-cote-divoire"),
        ("الغاني", "unlisted"),
        ("النيجيريين", "unlisted"),
        ("أنا غيني استوائي", "unlisted"),
        ("أنا مالي", "unlisted"),
    ],
)
def test_a_country_names_its_consulate(text: str, consulate: str) -> None:
    assert named(text) == {consulate}


@pytest.mark.parametrize(
    "text",
    [
        "je parle français",
        "un mari marocain",
        "9onsoliya",
        "سرقوا مالي",
        "mali 7ta wa7ed",
        "سوري ما فهمتش",
        "عندي بنين",
    ],
)
def test_other_words_name_none(text: str) -> None:
    assert named(text) == set()


def test_each_consulate_of_the_directory_has_its_country() -> None:
    listed = yaml.read(DATA / "contacts" / "organizations.yml")["organizations"]
    consulates = {row["id"] for row in listed if any(one["need"] == "consulate" for one in row["services"])}
    assert consulates == yaml.read(DATA / "lexicon" / "nationalities.yml")["nationalities"].keys() - {"unlisted"}
