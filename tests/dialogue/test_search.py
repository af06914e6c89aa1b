"""A search for contacts, from the decision's side: what is asked for, changed, followed up, interrupted and left."""

from dataclasses import replace

import pytest

from assistant.dialogue.decision import decide
from assistant.dialogue.search import NEEDS_OFFERED
from assistant.dialogue.state import Search, Turn
from assistant.dialogue.topics import target
from assistant.dialogue.understood import Named, Thresholds, Understood

BOUNDS = Thresholds(answer=0.45, ask=0.30, out_of_scope=0.40, follow=0.40, urgent=0.70)
THRESHOLDS = {"fr": BOUNDS, "ar": BOUNDS}
CITIES = ("city.rabat", "city.tanger", "city.national", "menu.main")


def told(topic: str, before: Turn | None = None, sure: float = 0.9, words: int = 4, **named: object) -> Turn:
    """The turn of a message that the classifier reads as `topic` and that names what `named` says."""
    ranking = ((topic, sure), ("regul.law", (1 - sure) / 2)) if topic else ()
    message = Understood(ranking, "fr", True, words=words, bare=bool(named.get("detail")), named=Named(**named))
    return decide(message, before, THRESHOLDS)


def tap(name: str, before: Turn | None = None) -> Turn:
    return decide(Understood((("out_of_scope", 0.9),), target=name), before, THRESHOLDS)


def search(turn: Turn) -> Search:
    assert turn.search is not None
    return turn.search


FOUND = told("contact.find", need="legal_aid", city="tanger")
CITY_ASKED = replace(told("contact.find", need="legal_aid"), offered=CITIES)
NEED_ASKED = told("contact.find", city="tanger")


def test_a_need_and_a_city_are_a_search() -> None:
    assert (FOUND.reply, FOUND.subject) == ("contact.find", "contact.find")
    assert search(FOUND) == Search(need="legal_aid", city="tanger", found=True)


def test_what_a_sentence_is_about_comes_before_a_word_of_it() -> None:
    ranking = (("contact.find", 0.9), ("services.legal_aid", 0.1))
    boss = Understood(ranking, "fr", True, words=9, about="legal_aid", named=Named(need="work", city="casablanca"))
    assert search(decide(boss, None, THRESHOLDS)).need == "legal_aid"


def test_a_search_that_is_sure_only_without_follow_ups_is_one_too() -> None:
    ranking = (("contact.find", 0.39), ("follow.where", 0.31), ("regul.where", 0.1))
    asked = decide(Understood(ranking, "fr", True, words=6, named=Named(city="oujda")), None, THRESHOLDS)
    assert (asked.reply, search(asked).missing, search(asked).city) == ("contact.need", "need", "oujda")


def test_what_is_surely_not_ours_is_no_search_because_it_names_a_city() -> None:
    assert told("out_of_scope", sure=0.95, words=3, city="rabat").reply == "out_of_scope"
    assert told("out_of_scope", sure=0.6, words=3, city="rabat").reply == "contact.need"


class TestWhatIsMissing:
    def test_the_city_is_asked_for(self) -> None:
        assert (CITY_ASKED.reply, search(CITY_ASKED).missing) == ("contact.find", "city")
        assert not search(CITY_ASKED).found

    def test_the_need_is_asked_for_with_buttons(self) -> None:
        assert (NEED_ASKED.reply, search(NEED_ASKED).missing) == ("contact.need", "need")
        assert NEED_ASKED.offered == (*NEEDS_OFFERED, "menu.main")

    @pytest.mark.parametrize("before", [NEED_ASKED, CITY_ASKED])
    def test_either_order_leads_to_the_same_search(self, before: Turn) -> None:
        more = {"need": "legal_aid"} if before is NEED_ASKED else {"city": "tanger"}
        turn = told("out_of_scope", before, words=1, **more)
        assert (turn.reply, search(turn)) == ("contact.find", search(FOUND))

    def test_the_need_of_a_service_answer_is_known(self) -> None:
        school = told("services.school")
        assert search(told("contact.find", school)).need == "school"

    def test_the_city_told_in_passing_is_known(self) -> None:
        ill = told("services.health", words=8, need="health", city="nador")
        assert ill.reply == "services.health"
        turn = told("contact.find", ill, words=8)
        assert (search(turn).need, search(turn).city) == ("health", "nador")

    def test_a_topic_answers_which_need(self) -> None:
        turn = told("services.school", NEED_ASKED, words=9)
        assert (turn.reply, search(turn).need) == ("contact.find", "school")

    def test_whatever_city_is_an_answer(self) -> None:
        turn = told("out_of_scope", CITY_ASKED, words=2, anywhere=True)
        assert (turn.reply, search(turn).anywhere) == ("contact.find", True)

    def test_an_organisation_needs_no_city(self) -> None:
        turn = told("contact.find", organisation="gadem")
        assert (search(turn).organisation, search(turn).missing) == ("gadem", None)


class TestLeaving:
    @pytest.mark.parametrize("topic", ["chat.deny", "out_of_scope"])
    def test_no_and_never_mind(self, topic: str) -> None:
        turn = told(topic, CITY_ASKED, words=1, leaves=True)
        assert (turn.reply, search(turn).missing) == ("contact.left", None)

    @pytest.mark.parametrize("topic", ["chat.greet", "chat.thanks", "chat.goodbye"])
    def test_a_greeting(self, topic: str) -> None:
        turn = told(topic, CITY_ASKED, words=1)
        assert (turn.reply, search(turn).missing, turn.resumes) == (topic, None, False)

    def test_a_danger(self) -> None:
        message = Understood((("services.health", 0.9),), "fr", True, urgent="urgent.violence")
        turn = decide(message, CITY_ASKED, THRESHOLDS)
        assert (turn.reply, search(turn).missing, turn.offered, turn.resumes) == ("urgent.violence", None, (), False)

    def test_a_second_failed_answer(self) -> None:
        once = told("out_of_scope", CITY_ASKED, words=1)
        assert (once.reply, once.decision, once.offered) == ("contact.city_again", "ask", CITIES)
        twice = told("out_of_scope", once, words=1)
        assert (twice.reply, search(twice).missing) == ("contact.gave_up", None)
        assert told("out_of_scope", twice, words=1).reply == "out_of_scope"

    def test_a_frightened_sentence_is_no_city(self) -> None:
        turn = told("services.mental_health", CITY_ASKED, sure=0.3, words=12)
        assert (turn.reply, search(turn).city) == ("contact.city_again", None)


class TestAQuestionInBetween:
    ASKED = told("regul.cost", CITY_ASKED, words=5)

    def test_is_answered_and_the_search_goes_on(self) -> None:
        assert (self.ASKED.reply, self.ASKED.resumes) == ("regul.cost", True)
        assert (search(self.ASKED).missing, self.ASKED.offered) == ("city", CITIES)

    def test_then_the_city_completes_the_search(self) -> None:
        turn = told("out_of_scope", self.ASKED, words=1, city="tanger")
        assert (turn.reply, search(turn).need, search(turn).city) == ("contact.find", "legal_aid", "tanger")

    def test_a_second_one_ends_the_search(self) -> None:
        second = told("regul.law", self.ASKED, words=5)
        assert (second.reply, second.resumes, search(second).missing) == ("regul.law", False, None)

    def test_it_forgets_the_failed_answer(self) -> None:
        once = told("out_of_scope", CITY_ASKED, words=1)
        between = told("regul.cost", once, words=5)
        assert told("out_of_scope", between, words=1).reply == "contact.city_again"

    def test_with_a_city_in_it_is_still_a_question(self) -> None:
        turn = told("regul.card_renew", CITY_ASKED, words=9, city="tanger")
        assert (turn.reply, search(turn).missing) == ("regul.card_renew", "city")


class TestChangingIt:
    def test_another_city(self) -> None:
        turn = told("out_of_scope", FOUND, words=3, city="oujda")
        assert search(turn) == replace(search(FOUND), city="oujda")

    def test_another_need(self) -> None:
        turn = told("services.health", FOUND, words=4, need="health")
        assert search(turn) == replace(search(FOUND), need="health")

    def test_not_this_city_asks_which(self) -> None:
        turn = told("chat.deny", FOUND, words=2, refused=True)
        assert (search(turn).missing, search(turn).need) == ("city", "legal_aid")

    def test_a_new_need_while_the_city_is_asked_for(self) -> None:
        turn = told("contact.find", CITY_ASKED, words=8, need="health")
        assert (search(turn).need, search(turn).missing) == ("health", "city")

    def test_long_questions_about_something_else_leave_it(self) -> None:
        turn = told("services.school", FOUND, words=9, need="school")
        assert turn.reply == "services.school"
        assert search(turn).found


class TestFollowUps:
    @pytest.mark.parametrize("detail", ["phone", "address", "hours", "email", "all"])
    def test_a_detail_of_what_was_shown(self, detail: str) -> None:
        turn = told("contact.detail", FOUND, words=2, detail=detail)
        assert (turn.reply, search(turn).wants) == ("contact.detail", detail)

    def test_open_now_is_no_question_about_campaigns(self) -> None:
        turn = told("follow.time", FOUND, words=3, detail="hours")
        assert (turn.reply, search(turn).wants) == ("contact.detail", "hours")

    def test_another_one(self) -> None:
        turn = told("regul.card_lost", FOUND, sure=0.3, words=2, detail="more")
        assert (turn.reply, search(turn).wants) == ("contact.find", "more")

    def test_another_city(self) -> None:
        turn = told("contact.cities", FOUND, words=3, detail="city")
        assert (turn.reply, search(turn).missing, search(turn).need) == ("contact.find", "city", "legal_aid")

    def test_the_second_of_them(self) -> None:
        turn = told("contact.detail", FOUND, words=4, detail="phone", nth=2)
        assert (search(turn).wants, search(turn).nth) == ("phone", 2)

    def test_after_small_talk_and_another_question(self) -> None:
        later = told("iom.who", told("chat.thanks", FOUND, words=1), words=4)
        assert told("contact.detail", later, words=2, detail="phone").reply == "contact.detail"

    def test_with_nothing_shown_it_is_the_office(self) -> None:
        assert told("contact.detail", words=1, detail="phone").reply == "contact.iom"

    def test_of_a_named_organisation_is_a_search(self) -> None:
        turn = told("contact.detail", words=3, detail="phone", organisation="unhcr-morocco")
        assert (turn.reply, search(turn).organisation) == ("contact.find", "unhcr-morocco")

    def test_the_city_of_the_last_search_follows_another_topic_too(self) -> None:
        turn = told("contact.find", told("services.work"), words=3, city="oujda")
        assert (search(turn).need, search(turn).city) == ("work", "oujda")


class TestButtons:
    def test_a_city(self) -> None:
        assert search(tap("city.tanger", CITY_ASKED)) == search(FOUND)

    def test_the_whole_country(self) -> None:
        assert search(tap("city.national", CITY_ASKED)).anywhere

    def test_a_need(self) -> None:
        assert search(tap("need.legal_aid", NEED_ASKED)) == search(FOUND)

    def test_an_old_one_without_its_search_asks_for_the_rest(self) -> None:
        assert search(tap("city.tanger")).missing == "need"
        assert search(tap("need.health")).missing == "city"

    def test_a_place_is_shown(self) -> None:
        turn = tap("place.gadem-rabat")
        assert (turn.reply, search(turn).place) == ("contact.detail", "gadem-rabat")

    def test_a_shared_place_replaces_the_city(self) -> None:
        assert search(tap("near.35.76,-5.8", CITY_ASKED)).near == (35.76, -5.8)

    def test_a_shared_place_is_for_what_was_talked_about(self) -> None:
        answered = Turn("services.legal_aid", "answer", "services.legal_aid", subject="services.legal_aid")
        found = search(tap("near.35.76,-5.8", answered))
        assert (found.need, found.near, found.missing) == ("legal_aid", (35.76, -5.8), None)

    def test_what_was_wanted_before_is_not_wanted_again(self) -> None:
        more = told("out_of_scope", FOUND, words=2, detail="more")
        assert search(tap("city.oujda", more)) == replace(search(FOUND), city="oujda")
        shown = tap("place.gadem-rabat", FOUND)
        assert search(told("out_of_scope", shown, words=2, city="oujda")).place is None

    def test_another_city_and_another_need(self) -> None:
        assert search(tap("search.city", FOUND)).missing == "city"
        assert search(tap("search.need", FOUND)) == replace(search(NEED_ASKED), found=True)

    @pytest.mark.parametrize(
        "text",
        [
            "/city/nowhere",
            "/need/money",
            "/place/../etc",
            "/near/35.7671,-5.7998",
            "/near/99,0",
            "/search/all",
            "/city/",
        ],
    )
    def test_what_names_nothing_is_no_button(self, text: str) -> None:
        assert target(text) is None


def test_a_search_survives_storage() -> None:
    turn = replace(FOUND, search=replace(search(FOUND), near=(35.76, -5.8)))
    assert Turn.from_dict(turn.to_dict()) == turn


def test_a_number_asked_for_after_a_service_is_of_who_helps_with_it() -> None:
    where = replace(told("services.birth_registration"), offered=())
    sale = told("follow.where", where, city="sale")
    number = told("contact.detail", sale, words=2, detail="phone")
    assert (number.reply, search(number).need, search(number).city) == ("contact.find", "birth_registration", "sale")
    assert told("contact.detail", told("iom.who"), words=2, detail="phone").reply == "contact.iom"


def test_the_bare_name_of_an_organisation_is_a_search_for_it() -> None:
    turn = told("chat.help", sure=0.5, words=3, organisation="consulat-guinee-dakhla")
    assert (turn.reply, search(turn).organisation) == ("contact.find", "consulat-guinee-dakhla")


def test_where_another_need_is_met_is_a_search() -> None:
    card = told("regul.card_lost")
    ranking = (("follow.where", 0.5), ("out_of_scope", 0.3))
    asked = Understood(ranking, "fr", True, words=4, named=Named(need="consulate", detail="address"))
    assert search(decide(asked, card, THRESHOLDS)).need == "consulate"
    where = Understood(ranking, "fr", True, words=4, named=Named(need="residence", detail="address"))
    assert decide(where, card, THRESHOLDS).dimension == "where"


class TestTheQuestionOfASearchOnceMore:
    """It names no city, so the person is not told that theirs is unknown."""

    def test_gets_the_same_question_back(self) -> None:
        again = told("contact.find", CITY_ASKED, words=7, need="legal_aid")
        assert (again.reply, search(again).missing, search(again).tries) == ("contact.find", "city", 1)

    def test_does_so_when_only_its_sense_is_the_same(self) -> None:
        ranking = (("services.legal_aid", 0.3), ("out_of_scope", 0.1))
        again = decide(Understood(ranking, "fr", True, words=9, about="legal_aid"), CITY_ASKED, THRESHOLDS)
        assert (again.reply, search(again).missing) == ("contact.find", "city")

    def test_ends_the_search_the_second_time(self) -> None:
        again = told("contact.find", told("contact.find", CITY_ASKED, words=7), words=7)
        assert (again.reply, search(again).missing) == ("contact.gave_up", None)

    def test_is_not_any_unknown_word(self) -> None:
        assert told("out_of_scope", CITY_ASKED, sure=0.4, words=1).reply == "contact.city_again"


class TestConsulate:
    def test_is_that_of_the_country_which_is_named(self) -> None:
        turn = told("contact.find", need="consulate", nationality="ambassade-senegal")
        assert (turn.reply, search(turn).organisation, search(turn).need) == ("contact.find", "ambassade-senegal", None)

    def test_needs_no_city_then(self) -> None:
        turn = told("contact.find", need="consulate", nationality="ambassade-senegal")
        assert search(turn).missing is None

    @pytest.mark.parametrize("organisation", [None, "consulat-guinee-dakhla"])
    def test_of_another_country_is_not_shown(self, organisation: str | None) -> None:
        turn = told("contact.find", need="consulate", organisation=organisation, nationality="unlisted")
        assert (turn.reply, search(turn).organisation) == ("contact.no_consulate", None)
        assert "city.national" in turn.offered

    @pytest.mark.parametrize("reply", ["city asked", "shown"])
    def test_country_is_told_later(self, reply: str) -> None:
        city = "rabat" if reply == "shown" else None
        before = told("contact.find", need="consulate", city=city)
        turn = told("out_of_scope", before, sure=0.5, words=3, nationality="ambassade-niger")
        assert search(turn).organisation == "ambassade-niger"

    def test_country_matters_to_nothing_else(self) -> None:
        assert search(told("contact.find", need="health", nationality="unlisted")).missing == "city"
