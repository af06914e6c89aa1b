"""What WhatsApp shows to Prometheus: what is owed, what Meta took and refused, and nobody's number."""

import requests

from tests.operation.named import OF_WHATSAPP, named_of
from tests.operation.scraped import Scrape
from tests.whatsapp.channel.conftest import Channel
from tests.whatsapp.sandbox import wait_for

SENDS, WEBHOOKS = "dalil_whatsapp_sends_total", "dalil_whatsapp_webhooks_total"


def test_a_message_is_owed_until_meta_has_taken_its_reply(channel: Channel) -> None:
    channel.settle()
    before, person, url = Scrape(channel.assistant.metrics), channel.person(), channel.assistant.metrics
    refused = before.value(SENDS, outcome="not_now")
    channel.sandbox.set_faults(throttled=1.0)
    try:
        person.say("bonjour")
        owed = wait_for(lambda: Scrape(url), lambda shown: shown.value(SENDS, outcome="not_now") > refused)
        assert owed.value("dalil_inbox_depth") == 1
        assert 0 < owed.value("dalil_inbox_oldest_seconds") < 3600
    finally:
        channel.sandbox.set_faults()
    channel.settle()
    after = Scrape(channel.assistant.metrics)
    assert after.value("dalil_inbox_depth") == after.value("dalil_inbox_oldest_seconds") == 0
    assert after.value(SENDS, outcome="accepted") == before.value(SENDS, outcome="accepted") + 1
    assert after.value(WEBHOOKS, status="200") > before.value(WEBHOOKS, status="200")
    assert person.number not in after.text and channel.sender_id(person) not in after.text


def test_whoever_is_not_meta_is_counted(channel: Channel) -> None:
    before = Scrape(channel.assistant.metrics).value(WEBHOOKS, status="403")
    assert requests.post(channel.sandbox.webhook, data=b"{}", timeout=30).status_code == 403
    assert Scrape(channel.assistant.metrics).value(WEBHOOKS, status="403") == before + 1


def test_what_alerts_and_dashboard_name_is_really_shown(channel: Channel) -> None:
    assert len(named_of(*OF_WHATSAPP)) >= 5
    assert named_of(*OF_WHATSAPP) - Scrape(channel.assistant.metrics).names() == set()
