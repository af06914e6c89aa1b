"""Many write at once: each message is acknowledged, becomes a part of exactly one turn, and is answered."""

import itertools
import json
import time
from collections import Counter

import pytest

from tests.whatsapp.channel.conftest import Channel

A_SECOND, SECONDS, PEOPLE = 50, 20, 300
FIRST = 212_699_000_000
TEXTS = ("comment avoir la carte de séjour ?", "فين نلقى طبيب", "bghit chi avocat f casa", "merci", "c'est qui l'OIM")
PATIENCE = 300  # seconds without any progress, on a loaded machine


@pytest.mark.long
def test_fifty_messages_a_second(channel: Channel) -> None:
    people = [str(FIRST + number) for number in range(PEOPLE)]
    begun = time.monotonic()
    for number, person in zip(range(A_SECOND * SECONDS), itertools.cycle(people), strict=False):
        channel.sandbox.say(person, TEXTS[number % len(TEXTS)])
        time.sleep(max(0.0, begun + (number + 1) / A_SECOND - time.monotonic()))
    _wait_until_nothing_is_left(channel)
    sent = {message["message"]["biz_opaque_callback_data"].partition(".")[0] for message in channel.sandbox.sent()}
    turns = [json.loads(data) for (data,) in channel.rows("SELECT data FROM events WHERE type_name = 'user'")]
    turns = [turn for turn in turns if turn["message_id"] in sent]
    answered = Counter(key for turn in turns for key in turn["metadata"]["messages"])
    of_them = {key for (key,) in channel.rows("SELECT key FROM inbox")} & answered.keys()
    assert len(of_them) >= A_SECOND * SECONDS
    assert set(answered.values()) == {1}


def _wait_until_nothing_is_left(channel: Channel) -> None:
    """Neither on its way to the assistant nor owed by it; fails when nothing moves any more."""
    least, moved = -1, time.monotonic()
    while least:
        ((owed,),) = channel.rows("SELECT count(*) FROM inbox WHERE sealed IS NOT NULL")
        left = owed + channel.sandbox.deliveries()["undelivered"]
        if least < 0 or left < least:
            least, moved = left, time.monotonic()
        assert time.monotonic() - moved < PATIENCE, f"{owed} messages are owed a reply, and no fewer get"
        time.sleep(0.5)
