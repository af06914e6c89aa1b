"""What the channel says by itself is there in both languages, with the directory's numbers."""

import pytest

from assistant.channels.sentences import emergency_numbers, error_sentence, too_long
from assistant.channels.web import STATUS
from assistant.dialogue.directory import phones
from assistant.dialogue.topics import LANGUAGES
from assistant.nlu.normalise import arabic_share


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence(language: str) -> None:
    said = [error_sentence(code, language) for code in STATUS]
    assert len(set(said)) == len(STATUS)
    for sentence in said:
        assert "{" not in sentence
        assert (arabic_share(sentence) > 0.5) == (language == "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_for_danger_are_the_directorys(language: str) -> None:
    numbers = {piece["text"] for piece in too_long(language) if isinstance(piece, dict)}
    assert numbers == {phones()["police-urgence"], phones()["protection-civile-urgence"]}
    assert numbers < {row["number"] for row in emergency_numbers(language)}
    assert all(row["name"] for row in emergency_numbers(language))
