"""What the assistant and its action server show to Prometheus: what happened, and nothing about anybody."""

from uuid import uuid4

from assistant.channels.web import STATUS
from assistant.operation import turns
from tests.channels.web import Client, error_of
from tests.conftest import Assistant
from tests.operation.scraped import Scrape

NAME, PHONE, WORD = "Mamadou", "0661234567", "zanzibarette"


def test_turns_are_counted_by_decision_and_timed(assistant: Assistant) -> None:
    before = Scrape(assistant.metrics)
    page = Client(assistant.site).begin()
    page.say("comment renouveler ma carte de séjour ?")
    page.say("blorf zzkrt vmpq")
    page.say("mon mari me frappe")
    after = Scrape(assistant.metrics)

    def more(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    assert more("dalil_turns_total", channel="web", decision="answer") == 2
    assert more("dalil_turns_total", channel="web", decision="lost") == 1
    assert more("dalil_urgent_replies_total", channel="web") == 1
    assert more("dalil_turn_seconds_count", channel="web") == 3
    assert more("dalil_turn_seconds_sum", channel="web") > 0
    assert more("dalil_turns_failed_total", channel="web") == 0


def test_a_message_sent_twice_is_one_turn(assistant: Assistant) -> None:
    page, once = Client(assistant.site).begin(), uuid4().hex
    before = Scrape(assistant.metrics).value("dalil_turn_seconds_count", channel="web")
    page.say("bonjour", once)
    page.say("bonjour", once)
    assert Scrape(assistant.metrics).value("dalil_turn_seconds_count", channel="web") == before + 1


def test_what_is_refused_is_counted_by_its_reason(assistant: Assistant) -> None:
    before = Scrape(assistant.metrics)
    assert error_of(Client(assistant.site).post("message", {"session": "none"})) == (401, "session_unknown")
    after = Scrape(assistant.metrics)
    changed = {
        code
        for code in STATUS
        if after.value("dalil_web_refused_total", code=code) > before.value("dalil_web_refused_total", code=code)
    }
    assert changed == {"session_unknown"}


def test_contacts_are_counted_on_both_sides(assistant: Assistant) -> None:
    assert assistant.actions
    before = Scrape(assistant.metrics), Scrape(assistant.actions.metrics)
    assistant.conversation().say("qui peut m'aider pour un avocat à Tanger ?")
    after = Scrape(assistant.metrics), Scrape(assistant.actions.metrics)
    calls, replies = "dalil_action_calls_total", "dalil_contact_replies_total"
    name, said = {"action": "action_contact_find"}, {"response": "utter_contact.here"}
    assert after[0].value(calls, **name) == before[0].value(calls, **name) + 1
    assert after[1].value(replies, **said) == before[1].value(replies, **said) + 1
    assert all(after[0].value("dalil_action_errors_total", kind=kind) == 0 for kind in turns.KINDS)


def test_the_directorys_age_is_that_of_what_people_would_be_told_now(assistant: Assistant) -> None:
    assert assistant.actions
    shown = Scrape(assistant.actions.metrics)
    assert shown.value("dalil_directory_services") > 50
    assert 0 < shown.value("dalil_directory_age_seconds") < 3600
    assert shown.value("dalil_directory_failures_total") == 0


def test_both_say_that_they_are_ready(assistant: Assistant) -> None:
    assert assistant.actions
    assert Scrape(assistant.metrics).value("dalil_ready") == Scrape(assistant.actions.metrics).value("dalil_ready") == 1


def test_nobody_is_named_and_no_word_is_shown(assistant: Assistant) -> None:
    assert assistant.actions
    page = Client(assistant.site).begin()
    page.say(f"je m'appelle {NAME}, {PHONE}, {WORD}")
    rest = assistant.conversation()
    rest.say(f"{WORD} qui peut m'aider pour un avocat à {WORD} ?")
    for shown in (Scrape(assistant.metrics), Scrape(assistant.actions.metrics)):
        for private in (NAME, PHONE, WORD, page.session, rest.sender):
            assert private.lower() not in shown.text.lower()
        by_label: dict[str, set[str]] = {}
        for name, value in shown.labels():
            by_label.setdefault(name, set()).add(value)
        assert by_label.pop("channel", set()) <= {*turns.CHANNELS, turns.OTHER}
        assert by_label.pop("decision", set()) <= {*turns.DECISIONS, turns.OTHER}
        assert by_label.pop("code", set()) <= STATUS.keys()
        assert by_label.pop("kind", set()) <= {*turns.KINDS}
        assert all(value.startswith("action_contact_") for value in by_label.pop("action", set()))
        assert all(value.startswith("utter_contact.") for value in by_label.pop("response", set()))
        assert by_label.keys() <= {"level", "logger", "le"}


def test_a_channel_that_nobody_knows_is_no_label_of_its_own() -> None:
    assert turns._known("+212612345678", turns.CHANNELS) == turns.OTHER
    assert turns._known(["web"], turns.CHANNELS) == turns.OTHER
