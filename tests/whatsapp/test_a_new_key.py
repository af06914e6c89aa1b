"""SENDER_KEY is replaced: whoever waits is answered, and whoever is erased is erased under the old name as well."""

from pathlib import Path
from typing import Any

from assistant.privacy.senders import pseudonym
from tests.stores import select
from tests.whatsapp.echo import answering, owed
from tests.whatsapp.payloads import tap
from tests.whatsapp.sandbox import Sandbox, wait_for

AWA = "212600000001"
OLD, NEW = "a" * 32, "b" * 32
ROTATED = {"SENDER_KEY": NEW, "SENDER_KEY_OLD": OLD}


def name(key: str) -> str:
    return pseudonym(f"whatsapp {AWA}", key.encode())


def erasing(text: str) -> list[dict[str, Any]]:
    return [{"text": "Effacé.", "erased": text == "/place/2"}]


def settle(sandbox: Sandbox, var: Path) -> None:
    sandbox.wait_until_delivered()
    wait_for(lambda: owed(var), lambda number: number == 0)


def test_what_was_sealed_with_the_old_key_is_answered(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path, WHATSAPP_TOKEN="no-such-token", SENDER_KEY=OLD):
        sandbox.send(AWA, tap("/place/1"))
        sandbox.wait_until_delivered()
    assert owed(tmp_path) == 1
    with answering(sandbox, tmp_path, **ROTATED):
        settle(sandbox, tmp_path)
    assert [sent["message"]["text"]["body"] for sent in sandbox.sent(AWA)] == ["lu : /place/1"]


def test_who_is_erased_has_no_conversation_under_the_old_name_either(sandbox: Sandbox, tmp_path: Path) -> None:
    with answering(sandbox, tmp_path, SENDER_KEY=OLD):
        sandbox.send(AWA, tap("/place/1"))
        settle(sandbox, tmp_path)
    with answering(sandbox, tmp_path, erasing, **ROTATED):
        sandbox.send(AWA, tap("/place/1"))
        settle(sandbox, tmp_path)
        senders = {row[0] for row in select(tmp_path, "SELECT DISTINCT sender_id FROM events")}
        assert senders == {name(OLD), name(NEW)}
        sandbox.send(AWA, tap("/place/2"))
        settle(sandbox, tmp_path)
        assert name(OLD) in {row[0] for row in select(tmp_path, "SELECT sender_id FROM erasures")}
    with answering(sandbox, tmp_path, **ROTATED):  # each start and each turn finishes what was asked
        pass
    assert name(OLD) not in {row[0] for row in select(tmp_path, "SELECT DISTINCT sender_id FROM events")}
