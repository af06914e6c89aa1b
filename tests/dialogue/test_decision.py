"""What a message gets, as a function of what was read in it and of the turn before."""

from dataclasses import replace

import pytest

from assistant.dialogue.decision import MAIN_MENU, decide
from assistant.dialogue.state import Turn
from assistant.dialogue.topics import families
from assistant.dialogue.understood import Thresholds, Understood

BOUNDS = Thresholds(answer=0.45, ask=0.30, out_of_scope=0.40, follow=0.40, urgent=0.70)
THRESHOLDS = {"fr": BOUNDS, "ar": BOUNDS}


def understood(*ranking: tuple[str, float], language: str | None = "fr", **more: object) -> Understood:
    return replace(Understood(ranking=ranking, language=language, sure_of_language=True, words=6), **more)


def told(message: Understood, before: Turn | None = None) -> Turn:
    return decide(message, before, THRESHOLDS)


CARD = understood(("regul.card", 0.9), ("regul.cost", 0.05))
BEFORE = told(CARD)


def test_a_sure_reading_is_answered() -> None:
    turn = told(CARD)
    assert (turn.reply, turn.decision, turn.subject) == ("regul.card", "answer", "regul.card")


class TestWhatFollowsAnAnswer:
    ranking = (("regul.results", 0.53), ("conference.figures", 0.42))

    def test_a_short_message_is_rather_about_the_same(self) -> None:
        conference = told(understood(("conference.what", 0.9)))
        assert told(understood(*self.ranking), conference).reply == "conference.figures"

    def test_but_a_danger_is_one_whatever_was_spoken_of(self) -> None:
        women = told(understood(("services.women", 0.9)))
        assert told(understood(("urgent.violence", 0.72), ("services.women", 0.25)), women).reply == "urgent.violence"

    def test_but_what_no_word_told_is_no_surer_for_it(self) -> None:
        asylum = told(understood(("asylum.how", 0.9)))
        assert told(understood(("urgent.sea", 0.15), ("asylum.law", 0.02)), asylum).reply == "lost"

    def test_but_not_one_said_in_full_and_not_one_that_is_sure(self) -> None:
        conference = told(understood(("conference.what", 0.9)))
        assert told(replace(understood(*self.ranking), words=9), conference).reply == "regul.results"
        sure = understood(("regul.results", 0.9), ("conference.figures", 0.09))
        assert told(sure, conference).reply == "regul.results"


def test_nobody_is_asked_back_a_third_time() -> None:
    bounds = {language: replace(BOUNDS, answer=0.60) for language in ("fr", "ar")}
    vague = understood(("regul.card", 0.5), ("regul.cost", 0.2))
    first = decide(vague, None, bounds)
    second = decide(vague, first, bounds)
    assert (first.reply, second.reply) == ("ask", "ask")
    assert decide(vague, second, bounds).reply == "regul.card"


def test_what_is_improbable_is_not_offered_and_a_danger_least_of_all() -> None:
    ranking = [("regul.card", 0.3), ("urgent.suicide", 0.19), ("regul.cost", 0.15), ("regul.law", 0.09)]
    assert told(understood(*ranking)).offered == ("regul.card", "regul.cost", "menu.main")


def test_a_close_call_asks_with_at_most_three_topics_and_the_menu() -> None:
    ranking = [("regul.card", 0.3), ("regul.cost", 0.2), ("chat.thanks", 0.1), ("regul.where", 0.1), ("regul.law", 0.1)]
    turn = told(understood(*ranking))
    assert turn.decision == "ask"
    assert turn.offered == ("regul.card", "regul.cost", "regul.where", MAIN_MENU)


def test_no_idea_is_said_and_the_menu_is_offered() -> None:
    turn = told(understood(("regul.card", 0.05), ("regul.cost", 0.05)))
    assert (turn.reply, turn.decision) == ("lost", "lost")
    assert turn.offered == families()["main"].menu


def test_a_second_failure_offers_a_person() -> None:
    lost = understood(("regul.card", 0.05))
    turn = told(lost, told(lost))
    assert turn.reply == "lost_again"
    assert "chat.human" in turn.offered


def test_what_is_out_of_scope_is_said_kindly() -> None:
    turn = told(understood(("out_of_scope", 0.8)))
    assert (turn.reply, turn.decision) == ("out_of_scope", "out_of_scope")


class TestWhoMay:
    """ "Et qui a le droit ?" leans on the family spoken of; with a subject of its own it does not."""

    WHO = understood(("regul.categories", 0.9), words=3, bare=True)

    @pytest.mark.parametrize(
        ("spoken_of", "answer"),
        [("return.cost", "return.who"), ("regul.now", "regul.categories"), ("services.school", "regul.categories")],
    )
    def test_a_bare_question_leans_on_the_family_spoken_of(self, spoken_of: str, answer: str) -> None:
        before = told(understood((spoken_of, 0.9)))
        assert told(self.WHO, before).reply == answer

    def test_a_question_that_names_its_subject_leans_on_nothing(self) -> None:
        before = told(understood(("return.cost", 0.9)))
        assert told(replace(self.WHO, bare=False), before).reply == "regul.categories"
        assert told(replace(self.WHO, words=9), before).reply == "regul.categories"


class TestDanger:
    def test_wins_over_any_reading(self) -> None:
        turn = told(replace(CARD, urgent="urgent.sea"))
        assert (turn.reply, turn.urgent) == ("urgent.sea", True)

    def test_wins_over_an_open_choice_and_a_wish(self) -> None:
        turn = told(replace(CARD, urgent="urgent.sea", target="regul.law", wish="ar"), BEFORE)
        assert turn.reply == "urgent.sea"

    def test_nothing_follows_it(self) -> None:
        turn = told(replace(CARD, urgent="urgent.medical", second="regul.law"))
        assert (turn.offered, turn.privacy, turn.second) == ((), False, None)

    def test_seen_only_by_the_classifier_is_asked_when_it_is_not_sure(self) -> None:
        turn = told(understood(("urgent.detention", 0.6), ("regul.law", 0.2)))
        assert turn.decision == "ask"
        assert turn.offered[0] == "urgent.detention"

    def test_seen_only_by_the_classifier_is_answered_when_it_is_sure(self) -> None:
        assert told(understood(("urgent.detention", 0.8))).reply == "urgent.detention"


class TestPrivacySentence:
    def test_is_said_once(self) -> None:
        assert BEFORE.privacy
        assert not told(CARD, BEFORE).privacy

    def test_waits_for_the_first_answer_that_is_not_urgent(self) -> None:
        urgent = told(replace(CARD, urgent="urgent.medical"))
        assert not urgent.privacy
        assert told(CARD, urgent).privacy


class TestLanguage:
    def test_unknown_is_answered_in_both_with_two_buttons(self) -> None:
        turn = told(understood(("regul.card", 0.9), language=None))
        assert turn.language is None
        assert turn.offered[:2] == ("language.fr", "language.ar")

    def test_a_sure_reading_changes_it(self) -> None:
        assert told(replace(CARD, language="ar"), BEFORE).language == "ar"

    def test_an_unsure_reading_leaves_it(self) -> None:
        assert told(replace(CARD, language="ar", sure_of_language=False), BEFORE).language == "fr"

    def test_an_unsure_reading_is_taken_while_none_is_known(self) -> None:
        assert told(replace(CARD, language="ar", sure_of_language=False)).language == "ar"

    def test_the_page_counts_while_nothing_else_tells(self) -> None:
        unclear = understood(("regul.card", 0.9), language=None, interface="ar")
        assert told(unclear).language == "ar"
        assert told(unclear, BEFORE).language == "fr"
        assert told(replace(unclear, language="fr", sure_of_language=False)).language == "fr"
        assert told(replace(unclear, interface="xx")).language is None

    def test_a_wish_wins(self) -> None:
        turn = told(understood(("chat.language", 0.9), wish="ar"), BEFORE)
        assert (turn.reply, turn.language) == ("chat.language", "ar")

    def test_an_order_inside_a_question_is_followed_and_the_question_answered(self) -> None:
        turn = told(replace(CARD, wish="ar", ordered=True, words=12), BEFORE)
        assert (turn.reply, turn.language) == ("regul.card", "ar")

    def test_a_language_that_is_only_named_changes_nothing(self) -> None:
        turn = told(understood(("services.language", 0.9), wish="ar", words=9), BEFORE)
        assert (turn.reply, turn.language) == ("services.language", "fr")

    def test_a_button_never_changes_it(self) -> None:
        assert told(understood(target="regul.law", language=None), BEFORE).language == "fr"

    def test_the_button_of_a_language_does(self) -> None:
        assert told(understood(target="language.ar", language=None), BEFORE).language == "ar"

    def test_a_question_beside_a_wish_is_answered_although_the_wish_is_more_probable(self) -> None:
        message = understood(("chat.language", 0.67), ("asylum.how", 0.32), wish="ar", ordered=True, words=9)
        assert told(message, BEFORE).reply == "asylum.how"
        alone = understood(("chat.language", 0.9), ("asylum.how", 0.05), wish="ar", ordered=True, words=9)
        assert told(alone, BEFORE).reply == "chat.language"

    def test_what_else_is_said_with_a_wish_is_the_question(self) -> None:
        turn = told(understood(("asylum.how", 0.42), ("chat.language", 0.3), wish="ar", ordered=True))
        assert (turn.reply, turn.language) == ("asylum.how", "ar")

    def test_another_language_is_told_which_are_spoken(self) -> None:
        turn = told(understood(("regul.card", 0.9), language="other"))
        assert (turn.reply, turn.decision) == ("other_language", "lost")


class TestFollowUps:
    COST = understood(("follow.cost", 0.8), ("regul.cost", 0.1))

    def test_lean_on_the_last_topic(self) -> None:
        turn = told(self.COST, BEFORE)
        assert (turn.reply, turn.decision) == ("regul.cost", "answer")

    def test_without_a_topic_they_are_no_reading(self) -> None:
        assert told(self.COST).topic == "regul.cost"

    def test_an_unknown_dimension_is_said_honestly(self) -> None:
        policy = told(understood(("regul.policy", 0.9)))
        turn = told(self.COST, policy)
        assert (turn.reply, turn.subject) == ("follow_unknown", "regul.policy")

    def test_who_wants_more_hears_that_it_is_all(self) -> None:
        turn = told(understood(("follow.more", 0.8)), BEFORE)
        assert (turn.reply, turn.subject, turn.offered) == ("follow_more", BEFORE.subject, BEFORE.offered)

    def test_who_wants_more_about_a_danger_hears_the_number_again(self) -> None:
        danger = told(understood(urgent="urgent.violence"), BEFORE)
        turn = told(understood(("follow.more", 0.8)), danger)
        assert (turn.reply, turn.urgent, turn.offered) == ("chat.repeat", True, ())

    def test_small_talk_does_not_lose_the_topic(self) -> None:
        thanks = told(understood(("chat.thanks", 0.9)), BEFORE)
        assert told(self.COST, thanks).reply == "regul.cost"


class TestYes:
    YES = understood(("chat.affirm", 1.0))

    def test_takes_the_second_question(self) -> None:
        two = told(replace(CARD, second="services.school"))
        assert two.offered == ("services.school",)
        assert told(self.YES, two).reply == "services.school"

    def test_never_erases(self) -> None:
        asked = told(understood(("chat.delete_data", 0.9)), BEFORE)
        assert asked.offered == ("chat.erased", "chat.deny")
        again = told(self.YES, asked)
        assert (again.reply, again.offered) == ("chat.delete_data", asked.offered)

    def test_erasing_needs_its_own_question(self) -> None:
        assert told(understood(target="chat.erased"), BEFORE).reply == "chat.delete_data"
        asked = told(understood(("chat.delete_data", 0.9)), BEFORE)
        assert told(understood(target="chat.erased"), asked).reply == "chat.erased"

    def test_to_several_offers_asks_which(self) -> None:
        asked = told(understood(("regul.card", 0.3), ("regul.cost", 0.2)))
        assert told(self.YES, asked).offered == asked.offered


def test_no_leaves_an_open_question() -> None:
    asked = told(understood(("regul.card", 0.3), ("regul.cost", 0.2)))
    turn = told(understood(("chat.deny", 1.0)), asked)
    assert (turn.reply, turn.failures) == ("chat.deny", 0)
    assert "regul.card" not in turn.offered


@pytest.mark.parametrize("menu", sorted(families()))
def test_a_menu_offers_what_its_file_says(menu: str) -> None:
    assert told(understood(target=f"menu.{menu}"), BEFORE).offered == families()[menu].menu


def test_a_turn_survives_storage() -> None:
    assert Turn.from_dict(BEFORE.to_dict()) == BEFORE
    assert Turn.from_dict(None) is None
    assert Turn.from_dict({"of": "another release"}) is None
