"""Sent once, sent again later, sent otherwise or never sent: what Meta answers decides, and nothing is lost."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.channels import answering as channel
from assistant.channels import graph
from tests.conftest import free_port
from tests.stores import kept, select
from tests.whatsapp.echo import answering, counts, owed
from tests.whatsapp.payloads import body, change, media, tap
from tests.whatsapp.sandbox import Sandbox, wait_for

AWA, OMAR = "212600000001", "212600000002"
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel waits as it always does, for seconds where it would wait for minutes."""
    monkeypatch.setattr(channel, "SHORTEST_PAUSE", 0.05)
    monkeypatch.setattr(channel, "IN_DOUBT", 2)
    monkeypatch.setattr(graph, "TIMEOUT", httpx.Timeout(0.7))


@pytest.fixture(autouse=True)
def _unharmed(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.set_faults()


def ask(sandbox: Sandbox, number: str = AWA, about: str = "1", **more: Any) -> str:
    """Tap a button: that is answered at once."""
    return sandbox.send(number, tap(f"/place/{about}"), **more)


def settle(sandbox: Sandbox, var: Path) -> None:
    """Wait until everything has come in and nobody is owed a reply."""
    sandbox.wait_until_delivered()
    wait_for(lambda: owed(var), lambda number: number == 0)


def texts(sandbox: Sandbox, number: str = AWA) -> list[str]:
    return [sent["message"]["text"]["body"] for sent in sandbox.sent(number)]


def three_parts(text: str) -> list[dict[str, Any]]:
    return [{"text": f"{text} {part} " + "x" * 4_000} for part in "abc"]


def test_who_sends_too_much_is_patient(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path, three_parts):
        sandbox.set_faults(throttled=0.3, seed=1)
        people = [f"21260000010{number}" for number in range(6)]
        for about in ("1", "2"):
            for number in people:
                ask(sandbox, number, about)
            sandbox.wait_until_delivered()
        settle(sandbox, tmp_path)
    assert {call["status"] for call in sandbox.refused()} == {429}
    for number in people:
        assert [said.split(" x")[0] for said in texts(sandbox, number)] == [
            f"/place/{about} {part}" for about in "12" for part in "abc"
        ]


def test_the_pause_that_meta_asks_for_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path):
        sandbox.set_faults(throttled=1.0, retry_after=2)
        ask(sandbox)
        refused = wait_for(sandbox.refused, lambda calls: len(calls) == 2)  # the reply, and that it is being written
        sandbox.set_faults()
        (sent,) = sandbox.wait_for_sent(1)
        settle(sandbox, tmp_path)
    assert len(sandbox.refused()) == 2
    # Never sooner, however fast the machine: the shortest pause of its own is a twentieth of a second.
    assert sent["at"] - refused[-1]["at"] >= 1.9


@pytest.mark.parametrize(("status", "answer"), [pytest.param(500, "json", marks=pytest.mark.long), (503, "html")])
def test_trouble_of_metas_passes(sandbox: Sandbox, tmp_path: Path, status: int, answer: str) -> None:
    with answering(sandbox, tmp_path):
        sandbox.set_faults(broken=1.0, broken_status=status, broken_body=answer)
        ask(sandbox)
        wait_for(sandbox.refused, bool)
        sandbox.set_faults()
        settle(sandbox, tmp_path)
    assert texts(sandbox) == ["lu : /place/1"]


def test_an_answer_that_comes_too_late_is_not_a_message_that_is_lost(sandbox: Sandbox, tmp_path: Path) -> None:
    """Meta took it: its status says so, and it is not sent again."""
    with answering(sandbox, tmp_path):
        sandbox.set_faults(slow=[1.5, 1.5])
        ask(sandbox)
        settle(sandbox, tmp_path)
    assert texts(sandbox) == ["lu : /place/1"]


@pytest.mark.long
def test_only_without_answer_and_without_status_it_is_sent_twice(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path) as talking:
        sandbox.set_faults(slow=[1.5, 1.5], lost_statuses=1.0)
        ask(sandbox)
        sandbox.wait_for_sent(1)
        sandbox.set_faults()
        settle(sandbox, tmp_path)
    assert texts(sandbox) == ["lu : /place/1"] * 2
    assert talking.turns == ["/place/1"]
    assert len({sent["message"]["biz_opaque_callback_data"] for sent in sandbox.sent()}) == 1


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("WHATSAPP_TOKEN", "no-such-token", "Meta refuses WHATSAPP_TOKEN"),
        pytest.param("WHATSAPP_GRAPH", f"http://127.0.0.1:{free_port()}", "", marks=pytest.mark.long),
    ],
    ids=["a token that is refused", "an address where nobody listens"],
)
def test_what_could_not_be_sent_is_sent_when_the_operator_has_mended_it(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture, setting: str, value: str, says: str
) -> None:
    with answering(sandbox, tmp_path, three_parts, **{setting: value}) as talking:
        for number in (AWA, OMAR):
            ask(sandbox, number)
        sandbox.wait_until_delivered()
        ask(sandbox, AWA, "2")
        wait_for(lambda: [talking.turns, caplog.text], lambda seen: len(seen[0]) == 2 and says in seen[1])
        sandbox.wait_until_delivered()
    assert sandbox.sent() == []
    assert owed(tmp_path) == 3
    with answering(sandbox, tmp_path, three_parts) as talking:
        settle(sandbox, tmp_path)
        assert talking.turns == ["/place/2"], "a turn that was made is not made again"
    for number, said in ((AWA, ["/place/1", "/place/2"]), (OMAR, ["/place/1"])):
        assert [text.split(" x")[0] for text in texts(sandbox, number)] == [f"{one} {p}" for one in said for p in "abc"]
    assert "no-such-token" not in caplog.text


@pytest.mark.long
def test_who_changes_the_key_is_told_and_nothing_is_lost_until_the_old_one_is_back(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(sandbox, tmp_path, WHATSAPP_TOKEN="no-such-token", SENDER_KEY="a" * 32):
        ask(sandbox)
        sandbox.wait_until_delivered()
    with answering(sandbox, tmp_path, SENDER_KEY="b" * 32):
        wait_for(lambda: caplog.text, lambda said: "sealed with another SENDER_KEY" in said)
    assert sandbox.sent() == []
    with answering(sandbox, tmp_path, SENDER_KEY="a" * 32):
        settle(sandbox, tmp_path)
    assert len(sandbox.sent()) == 1


@pytest.mark.parametrize("number", [2, pytest.param(5, marks=pytest.mark.long)])
def test_choices_that_meta_refuses_are_said_in_words(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    def too_long(_: str) -> list[dict[str, Any]]:
        buttons = [{"title": f"{n} " + "x" * 24, "payload": f"/place/{n}"} for n in range(number)]
        return [{"text": "Que voulez-vous ?", "buttons": buttons}]

    with answering(sandbox, tmp_path, too_long):
        ask(sandbox)
        settle(sandbox, tmp_path)
    choices = "\n".join(f"{n + 1}. {n} " + "x" * 24 for n in range(number))
    assert texts(sandbox) == [f"Que voulez-vous ?\n\n{choices}"]
    assert "131009" in caplog.text


def test_a_part_that_meta_refuses_does_not_keep_back_the_rest(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = {"latitude": 91.0, "longitude": 0.0, "name": "?", "address": "?"}

    def on_no_map(_: str) -> list[dict[str, Any]]:
        text = "x" * 2_000
        return [{"text": text, "points": [nowhere], "buttons": [{"title": "Menu", "payload": "/menu/main"}]}]

    with answering(sandbox, tmp_path, on_no_map):
        ask(sandbox)
        settle(sandbox, tmp_path)
    assert [sent["message"]["type"] for sent in sandbox.sent()] == ["text", "interactive"]
    assert [call["code"] for call in sandbox.refused()] == [131009], "it is not tried again"
    assert "Meta refused a location with code 131009" in caplog.text
    assert select(tmp_path, "SELECT code FROM deliveries WHERE state = 'refused'") == [(131009,)]


def test_nobody_is_answered_after_a_day(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path) as talking:
        now = int(time.time())
        ask(sandbox, AWA, timestamp=now - DAY - 3_600)
        ask(sandbox, OMAR, timestamp=now - DAY + 3_600)
        settle(sandbox, tmp_path)
    assert (texts(sandbox, AWA), texts(sandbox, OMAR)) == ([], ["lu : /place/1"])
    assert counts(tmp_path)["too late"] == 1
    assert len(talking.turns) == 1


@pytest.mark.parametrize(
    ("faults", "code"), [({"failed": 1.0, "failed_code": 131026}, 131026), ({"clock_ahead": DAY + 3_600}, 131047)]
)
def test_what_does_not_arrive_is_counted_with_its_code_and_not_sent_again(
    sandbox: Sandbox, tmp_path: Path, faults: dict[str, float], code: int
) -> None:
    """Meta accepts what comes a day too late (131047), and tells it afterwards."""
    with answering(sandbox, tmp_path):
        sandbox.set_faults(throttled=1.0)
        ask(sandbox)
        wait_for(sandbox.refused, bool)
        sandbox.set_faults(**faults)
        settle(sandbox, tmp_path)
        sandbox.wait_until_delivered()
    assert counts(tmp_path)[f"failed {code}"] == 1
    assert select(tmp_path, "SELECT state, code FROM deliveries") == [("failed", code)]
    assert len(sandbox.sent()) == 1


def test_a_turn_that_fails_is_owned_up_to_in_both_languages(sandbox: Sandbox, tmp_path: Path) -> None:
    def failing(text: str) -> list[dict[str, Any]]:
        if text == "/place/crash":
            raise RuntimeError(AWA)
        return []

    with answering(sandbox, tmp_path, failing):
        ask(sandbox, AWA, "crash")
        ask(sandbox, OMAR, "silence")
        settle(sandbox, tmp_path)
    for number in (AWA, OMAR):
        (said,) = texts(sandbox, number)
        assert "Je n'ai pas pu répondre" in said and "لم أستطع الجواب" in said


def test_a_message_is_read_and_a_reply_is_announced(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path):
        asked = ask(sandbox)
        seen = sandbox.send(OMAR, media("sticker", "image/webp"))
        settle(sandbox, tmp_path)
        reads = wait_for(sandbox.reads, lambda reads: len(reads) == 2)
    assert {(read["id"], read["typing"]) for read in reads} == {(asked, True), (seen, False)}
    assert sandbox.sent(OMAR) == []


def test_how_far_each_part_came_is_noted(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path, three_parts):
        ask(sandbox)
        settle(sandbox, tmp_path)
        sandbox.wait_until_delivered()
    assert select(tmp_path, "SELECT part, state FROM deliveries ORDER BY part") == [(n, "read") for n in range(3)]


def test_a_status_that_is_not_ours_keeps_nothing_from_being_written(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path):
        for name in ("\ud800.1", "\x00.1", "x" * 500 + ".1", f"{'a' * 32}.1000", f"{'a' * 32}.1"):
            status = {"status": "failed", "biz_opaque_callback_data": name, "errors": [{"code": 10**30}]}
            assert sandbox.post_webhook(body([change(statuses=[status])]))["status"] == 200
        ask(sandbox)
        settle(sandbox, tmp_path)
        sandbox.wait_until_delivered()
    assert select(tmp_path, "SELECT state FROM deliveries") == [("read",)]


def test_what_was_written_is_answered_and_stored_without_numbers(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path, lambda text: [{"text": "noté"}]) as talking:
        sandbox.send(AWA, media("image", "image/jpeg", caption="mon numéro : 0661234567"))
        settle(sandbox, tmp_path)
    assert talking.turns == ["mon numéro : 0661234567"]
    disk = kept(tmp_path)
    assert "noté".encode() in disk.replace(rb"\u00e9", "é".encode())
    assert b"0661234567" not in disk and AWA.encode() not in disk
