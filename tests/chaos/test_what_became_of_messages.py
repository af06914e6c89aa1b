"""The counting of a case: each way in which a message can go wrong is seen, and nothing else is."""

from typing import Any

import pytest

from assistant.channels.sentences import turn_failed
from chaos.page import Run, misses, tables
from chaos.people import CONTACTS, DANGER, Message
from chaos.tally import Outcome, Stored, count

ENDED = 100.0  # when the fault was over


def wrote(number: int, text: str = "/iom/who", channel: str = "whatsapp", sent: float = 90.0) -> Message:
    return Message(channel, "awa", number, f"key{number}", text, sent + number)


def turn(place: int, *messages: int, at: float = 91.0) -> Stored:
    keys = tuple(f"key{number}" for number in messages)
    return Stored(place, at + place, f"turn of {keys[0]}", keys)


def out(of: Stored, text: str = "Voici.", at: float = 92.0, part: int = 0) -> dict[str, Any]:
    said = {"type": "text", "text": {"body": text}, "biz_opaque_callback_data": f"{of.turn}.{part}"}
    return {"at": at + of.place, "message": said}


def counted(messages: list[Message], turns: list[Stored], sent: list[dict[str, Any]], **more: Any) -> Outcome:
    arrived = {message.key: message.sent for message in messages}
    seen = {"probes": [], "arrived": arrived, "transcribed": {one.turn for one in turns}, "ended": ENDED, **more}
    return count("x", messages=messages, sent=sent, stored={"awa": turns}, **seen)


def test_when_nothing_goes_wrong_no_goal_is_missed() -> None:
    turns = [turn(0, 0), turn(1, 1)]
    found = counted([wrote(0), wrote(1)], turns, [out(one) for one in turns])
    assert (found.sent, found.answered, found.lost, found.doubled) == (2, 2, 0, 0)
    assert (found.disordered, found.overtaken, found.unwritten, found.last) == (0, 0, 0, 0.0)
    assert misses(found) == []


def test_a_message_without_a_reply_is_lost() -> None:
    turns = [turn(0, 0), turn(1, 1)]
    found = counted([wrote(0), wrote(1)], turns, [out(turns[0])])
    assert found.lost == 1
    assert misses(found) == ["lost"]


def test_messages_that_became_one_turn_are_answered_by_it() -> None:
    together = turn(0, 0, 1)
    assert counted([wrote(0), wrote(1)], [together], [out(together)]).answered == 2


def test_a_part_that_went_out_twice_is_doubled_and_may_be_only_when_it_was_in_doubt() -> None:
    one = turn(0, 0)
    found = counted([wrote(0)], [one], [out(one), out(one, at=95.0)])
    assert found.doubled == 1
    assert misses(found) == ["doubled"]
    assert misses(counted([wrote(0)], [one], [out(one), out(one, at=95.0)], unavoidable=1)) == []


def test_two_parts_of_a_reply_are_not_doubled() -> None:
    one = turn(0, 0)
    assert counted([wrote(0)], [one], [out(one), out(one, part=1)]).doubled == 0


def test_a_message_that_became_two_turns_is_doubled() -> None:
    again = Stored(1, 93.0, "another", ("key0",))
    assert counted([wrote(0)], [turn(0, 0), again], [out(turn(0, 0)), out(again)]).doubled == 1


def test_an_earlier_message_answered_later_is_out_of_order_when_it_was_there() -> None:
    turns = [turn(0, 1, at=95.0), turn(1, 0, at=95.0)]
    found = counted([wrote(0), wrote(1)], turns, [out(one) for one in turns])
    assert (found.disordered, found.overtaken) == (1, 0)
    late = {"key0": 95.5, "key1": 91.0}
    found = counted([wrote(0), wrote(1)], turns, [out(one) for one in turns], arrived=late)
    assert (found.disordered, found.overtaken) == (0, 1)


def test_a_clock_that_is_an_hour_off_does_not_hide_the_order() -> None:
    turns = [turn(0, 1, at=95.0 - 3600), turn(1, 0, at=95.0)]
    assert counted([wrote(0), wrote(1)], turns, [out(one) for one in turns]).disordered == 1


def test_honest_lines_are_told_from_answers() -> None:
    turns = [turn(0, 0), turn(1, 1), turn(2, 2)]
    messages = [wrote(0, CONTACTS[0]), wrote(1, CONTACTS[0]), wrote(2)]
    sent = [out(turns[0], "📍 GADEM"), out(turns[1], "L'annuaire ne répond pas."), out(turns[2], turn_failed())]
    assert counted(messages, turns, sent).honest == 2


@pytest.mark.parametrize(("reply", "missed"), [("Police : 19", []), ("Bonjour.", ["danger without a number"])])
def test_somebody_in_danger_must_be_told_the_number(reply: str, missed: list[str]) -> None:
    one = turn(0, 0)
    assert misses(counted([wrote(0, DANGER)], [one], [out(one, reply)])) == missed


def test_what_is_in_no_transcript_is_named() -> None:
    one = turn(0, 0)
    assert counted([wrote(0)], [one], [out(one)], transcribed=set()).unwritten == 1


def test_normal_is_when_everybody_who_writes_anew_is_answered_as_usual() -> None:
    page = Message("web", "", 0, "probe", "/menu/main", ENDED + 12.5, failures=[503])
    late = wrote(0, sent=80.0)
    found = counted([late], [turn(0, 0)], [out(turn(0, 0), at=104.0)], probes=[page])
    assert found.normal == 12.5
    assert found.last == 4.0
    assert misses(found) == ["later than 10 s"]


def test_the_page_says_what_was_missed_and_what_was_not_run() -> None:
    found = counted([wrote(0)], [turn(0, 0)], [])
    page = tables(Run(9, [found], [("a cut", "no root")]))
    assert "Goals missed: x (lost)." in page
    assert "Not run: a cut (no root)." in page
