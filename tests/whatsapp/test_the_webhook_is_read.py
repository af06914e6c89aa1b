"""Every message of whatever Meta delivers is read as what it is; what is nobody's question is counted, never lost."""

import json
from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from assistant.channels.webhook import Batch, Kind, Received, Status, read
from assistant.paths import ROOT
from tests.whatsapp.payloads import (
    BODIES,
    CONTACTS,
    FORM,
    NOW,
    ORDER,
    PERSON,
    PHONE_ID,
    REACTION,
    REFERRAL,
    STICKER,
    SYSTEM,
    UNSUPPORTED,
    WELCOME,
    Object,
    body,
    change,
    edit,
    location,
    media,
    of,
    quick_reply,
    revoke,
    tap,
    text,
    voice,
    wired,
)

PUBLIC = ROOT.parent / "shared" / "whatsapp_webhooks" / "pywa"


def received(message: Object, **more: object) -> Received:
    """The one message of a payload."""
    (found,) = read(of(wired(message, **more)), PHONE_ID).messages
    return found


# Message -> kind and words.
READ: dict[str, tuple[Object, Kind, str]] = {
    "text": (text("aidez moi"), "text", "aidez moi"),
    "text that names a payload": (text("/menu/main"), "text", "/menu/main"),
    "button": (tap("/regul/card"), "tap", "/regul/card"),
    "row of a list": (tap("/city/fes", kind="list_reply"), "tap", "/city/fes"),
    "button of another program": (tap("callback", "Ma carte"), "text", "Ma carte"),
    "quick reply of ours": (quick_reply("/menu/main", "Menu"), "tap", "/menu/main"),
    "quick reply of an old template": (quick_reply("OLD_7", "Ma carte"), "text", "Ma carte"),
    "form": (FORM, "other", ""),
    "interactive without content": ({"type": "interactive"}, "other", ""),
    "place": (location(34.0209, -6.8416), "tap", "/near/34.02,-6.84"),
    "place in whole degrees": (location(34, -7), "tap", "/near/34.00,-7.00"),
    "place in words": (location("34", "-7"), "other", ""),
    "no place": ({"type": "location", "location": {}}, "other", ""),
    "place on no map": (location(10**400, float("nan")), "other", ""),
    "place beyond the pole": (location(95.0, 0.0), "other", ""),
    "voice note": (voice(), "audio", ""),
    "image": (media("image", "image/jpeg"), "image", ""),
    "image with words": (media("image", "image/jpeg", caption="c'est quoi ?"), "image", "c'est quoi ?"),
    "video with words": (media("video", "video/mp4", caption="regardez"), "video", "regardez"),
    "document with words": (media("document", "application/pdf", caption="ma carte"), "document", "ma carte"),
    "contact card": (CONTACTS, "contacts", ""),
    "order": (ORDER, "other", ""),
    "unsupported": (UNSUPPORTED, "other", ""),
    "kind that does not exist yet": ({"type": "hologram", "hologram": {}}, "other", ""),
    "no kind": ({}, "other", ""),
    "sticker": (STICKER, "seen", ""),
    "reaction": (REACTION, "seen", ""),
    "first contact": (WELCOME, "tap", "/chat/greet"),
    "after an advertisement": ({**text("salam"), "referral": REFERRAL}, "text", "salam"),
    "edited text": (edit("wamid.0", text("ma carte")), "text", "ma carte"),
    "edited caption": (edit("wamid.0", media("image", "image/jpeg", caption="ma carte")), "image", "ma carte"),
    "deleted": (revoke("wamid.0"), "taken_back", ""),
}


@pytest.mark.parametrize("name", READ)
def test_a_message_is_read_as_what_it_is(name: str) -> None:
    message, kind, words = READ[name]
    found = received(message)
    assert (found.kind, found.text) == (kind, words)
    assert (found.id, found.person, found.sent) == ("wamid.1", PERSON, NOW)


def test_every_kind_is_in_the_table() -> None:
    assert {kind for _, kind, _ in READ.values()} == set(get_args(Kind))


def test_a_changed_message_names_what_it_replaces() -> None:
    changed = received(edit("wamid.0", text("ma carte")))
    assert (changed.replaces, changed.edited) == ("wamid.0", True)
    assert received(revoke("wamid.0")).replaces == "wamid.0"
    assert received(text("ma carte")).replaces is None


@pytest.mark.parametrize("context", [{"forwarded": True}, {"frequently_forwarded": True}])
def test_words_of_somebody_else_are_marked(context: Object) -> None:
    assert received(text("urgent !"), context=context).forwarded
    assert not received(text("urgent !"), context=context).quoted


def test_an_answer_to_an_earlier_message_is_marked() -> None:
    context = {"from": "212500000000", "id": "wamid.0"}
    assert received(text("et ça ?"), context=context).quoted
    assert not received(text("et ça ?"), context=context).forwarded
    assert not received(tap("/menu/main"), context=context).quoted, "a tap always answers a message"


@pytest.mark.parametrize("written", ["", "soon", None, "-5", "1" * 13, "١٢"])
def test_a_time_that_is_none_is_no_time(written: object) -> None:
    assert received(text("salam"), timestamp=written).sent == 0.0


COUNTED: dict[str, tuple[Object, str]] = {
    "notice of the system": (of(wired(SYSTEM)), "message system"),
    "answer about calls": (of(wired(tap("x", kind="call_permission_reply"))), "message interactive"),
    "message of a group": (of(wired(text("salam"), group_id="G1")), "message of a group"),
    "message without an id": (of(wired(text("salam"), id="")), "message without a sender"),
    "message without a sender": (of(wired(text("salam"), **{"from": None})), "message without a sender"),
    "deletion of nothing": (of(wired({"type": "revoke"})), "message revoke"),
    "edited notice": (of(wired(edit("wamid.0", SYSTEM))), "message system"),
    "call": (body([change("calls", calls=[])]), "field calls"),
    "news of the account": (body([change("account_update", event="X")]), "field account_update"),
    "field with somebody's number in it": (body([change(f"+{PERSON} à Rabat")]), "field unknown"),
    "another number of the business": (body([change(phone_id="7", messages=[wired(text("x"))])]), "another number"),
}


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_not_answered_is_counted(name: str) -> None:
    payload, counted = COUNTED[name]
    assert read(payload, PHONE_ID) == Batch(ignored=Counter([counted]))


def test_everything_of_a_batch_is_read_in_its_order() -> None:
    names = iter(f"wamid.{number}" for number in range(9))

    def two(**more: object) -> list[Object]:
        return [wired(text("x"), next(names), **more), wired(text("x"), next(names), **more)]

    payload = body(
        [change(messages=two()), change("calls"), change(messages=two())],
        [change(messages=two(), statuses=[{"status": "sent"}])],
        [],
    )
    found = read(payload, PHONE_ID)
    assert [message.id for message in found.messages] == [f"wamid.{number}" for number in range(6)]
    assert len(found.statuses) == 1
    assert found.ignored == Counter(["field calls"])


def test_an_unreadable_row_does_not_hide_its_neighbours() -> None:
    found = read(of(7, wired(text("un"), "wamid.1"), None, wired(SYSTEM), wired(text("deux"), "wamid.2")), PHONE_ID)
    assert [message.text for message in found.messages] == ["un", "deux"]


def test_statuses_are_read_with_our_name_for_the_message() -> None:
    failed = {"status": "failed", "biz_opaque_callback_data": "t.0", "errors": [{"code": 131026, "title": "x"}]}
    others = [{"status": "read", "biz_opaque_callback_data": "t.1", "errors": []}, {"status": "sent", "id": "wamid.9"}]
    assert read(body([change(statuses=[failed, *others])]), PHONE_ID).statuses == [
        Status("failed", "t.0", 131026),
        Status("read", "t.1", None),
        Status("sent", "", None),
    ]


@pytest.mark.parametrize("code", ["131026", True, None, 10**30, -1])
def test_a_code_that_is_none_is_none(code: object) -> None:
    (status,) = read(body([change(statuses=[{"status": "failed", "errors": [{"code": code}]}])]), PHONE_ID).statuses
    assert status.code is None


HIDDEN = {"from": None, "from_user_id": "MA.7"}


def test_who_hides_their_number_is_known_by_metas_id() -> None:
    assert received(text("salam"), **HIDDEN).person == "MA.7"


def test_the_contact_says_the_number_that_the_message_does_not() -> None:
    contact = {"profile": {"name": "Awa"}, "wa_id": PERSON, "user_id": "MA.7"}
    for nameless in (HIDDEN, {"from": None}):
        (found,) = read(of(wired(text("salam"), **nameless), contacts=[contact]), PHONE_ID).messages
        assert found.person == PERSON


def test_nobody_is_taken_for_another_person_of_the_batch() -> None:
    """Meta names each person of a batch once: the third message is not the third contact's, nor the first's."""
    awa, hidden = {"wa_id": PERSON, "user_id": "MA.1"}, {"user_id": "MA.7"}
    messages = [
        wired(text("un"), "wamid.1", from_user_id="MA.1"),
        wired(text("deux"), "wamid.2", from_user_id="MA.1"),
        wired(text("trois"), "wamid.3", **HIDDEN),
    ]
    for contacts in ([awa, hidden], [hidden, awa], [awa], []):
        found = read(of(*messages, contacts=contacts), PHONE_ID).messages
        assert [message.person for message in found] == [PERSON, PERSON, "MA.7"]


def test_whose_a_message_is_is_not_guessed() -> None:
    contacts = [{"wa_id": PERSON}, {"wa_id": "212600000043"}]
    found = read(of(wired(text("salam"), **{"from": None}), contacts=contacts), PHONE_ID)
    assert found == Batch(ignored=Counter(["message without a sender"]))


@settings(max_examples=150)
@given(BODIES)
def test_any_json_is_read_without_a_crash(payload: object) -> None:
    found = read(payload, PHONE_ID)
    for message in found.messages:
        assert message.id and message.person
        assert message.kind in get_args(Kind)
        assert message.kind != "tap" or message.text.startswith("/")
    assert all(name.isascii() and len(name) <= 60 for name in found.ignored)


KINDS = {
    "message.json": {
        "text": "text",
        "image": "image",
        "media_with_url": "image",
        "video": "video",
        "document": "document",
        "audio": "audio",
        "voice": "audio",
        "static_sticker": "seen",
        "animated_sticker": "seen",
        "reaction": "seen",
        "unreaction_empty": "seen",
        "unreaction_no_emoji": "seen",
        "current_location": "tap",
        "chosen_location": "tap",
        "contacts": "contacts",
        "order": "other",
        "unsupported": "other",
        "unsupported_with_type": "other",
        "reply": "text",
        "forwarded": "text",
        "forwarded_many_times": "text",
        "interactive_message_with_err": "other",
        "referral": "text",
    },
    "callback_button.json": {"button": "text", "quick_reply": "text", "quick_reply_without_context": "text"},
    "callback_selection.json": {"callback": "text", "description": "text"},
    "edited_message.json": {"image": "image"},
    "deleted_message.json": {"revoke": "taken_back"},
    "flow_completion.json": {"completion": "other", "without_flow_token": "other"},
}
STATUSES = ["sent", "delivered", "read", "played", "failed", "sent", "read"]


def public(file: str) -> dict[str, Any]:
    """Payloads of a public file, by name, as if they were for our number."""
    path = PUBLIC / file
    if not path.is_file():
        pytest.skip(f"the public payloads are not on this machine ({path})")
    found = json.loads(path.read_text(encoding="utf-8"))
    for payload in found.values():
        for entry in payload["entry"]:
            for one in entry["changes"]:
                one["value"].get("metadata", {})["phone_number_id"] = PHONE_ID
    return dict(found)


@pytest.mark.parametrize("file", KINDS)
def test_public_messages_have_the_right_kind(file: str) -> None:
    found = {name: [m.kind for m in read(payload, PHONE_ID).messages] for name, payload in public(file).items()}
    assert found == {name: [kind] for name, kind in KINDS[file].items()}


def test_public_statuses_are_read() -> None:
    batches = [read(payload, PHONE_ID) for payload in public("message_status.json").values()]
    assert [status.state for batch in batches for status in batch.statuses] == STATUSES
    assert [code for batch in batches for status in batch.statuses if (code := status.code)] == [130472]
    assert not any(batch.messages for batch in batches)


def test_other_public_payloads_are_no_message_and_are_counted() -> None:
    files = sorted(path.name for path in PUBLIC.glob("*.json")) or ["message.json"]
    for file in set(files) - {*KINDS, "message_status.json"}:
        for name, payload in public(file).items():
            found = read(payload, PHONE_ID)
            assert not found.messages and not found.statuses, (file, name)
            assert found.ignored, (file, name)
