"""Two questions in one message: which is answered, which is offered."""

import pytest

from assistant.nlu.questions import parts, second_question


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("comment avoir la carte ? et où inscrire mon fils ?", 2),
        ("كيفاش نجدد لاكارط؟ وفين نقري ولدي؟", 2),
        ("comment renouveler ma carte et où inscrire mon fils", 2),
        ("comment renouveler ma carte de séjour", 0),
        ("bonjour", 0),
        ("papa et maman", 0),
    ],
)
def test_parts(text: str, found: int) -> None:
    assert len(parts(text)) == found


CARD = [("regul.card", 0.9), ("regul.cost", 0.05)]
SCHOOL = [("services.school", 0.9), ("regul.card", 0.05)]
UNSURE = [("services.school", 0.5), ("regul.card", 0.4)]
THANKS = [("chat.thanks", 0.95)]
MIXED = [("services.school", 0.4), ("regul.card", 0.35)]


def test_the_first_is_answered_and_the_second_offered() -> None:
    assert second_question(MIXED, [CARD, SCHOOL]) == (CARD, "services.school")


def test_a_question_after_its_story_is_answered_first() -> None:
    asked = [("services.school", 0.98), ("regul.card", 0.01)]
    assert second_question(asked, [CARD, SCHOOL]) == (asked, "regul.card")


@pytest.mark.parametrize("rankings", [[], [CARD], [CARD, UNSURE], [CARD, THANKS], [CARD, CARD], [[], []]])
def test_otherwise_the_whole_message_is_one_question(rankings: list[list[tuple[str, float]]]) -> None:
    assert second_question(MIXED, rankings) == (MIXED, None)
