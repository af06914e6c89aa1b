"""Whatever people send is answered as what it is, in their language; what needs no answer gets none, and is read."""

import json
import re
import time
from collections.abc import Sequence
from typing import Any

import pytest

from assistant.nlu.normalise import arabic_share
from assistant.paths import ROOT
from tests.whatsapp.channel.conftest import Channel, Person
from tests.whatsapp.payloads import (
    CONTACTS,
    FORM,
    ORDER,
    REACTION,
    REFERRAL,
    STICKER,
    SYSTEM,
    UNSUPPORTED,
    WELCOME,
    Object,
    edit,
    location,
    media,
    quick_reply,
    revoke,
    tap,
    text,
    voice,
)
from tests.whatsapp.sandbox import wait_for
from tests.whatsapp.sent import choices, languages, words

PUBLIC = ROOT.parent / "shared" / "whatsapp_webhooks" / "pywa"
# Words that only these answers have.
UNHEARD = {"fr": "Je ne peux pas écouter", "ar": "لا أستطيع سماع"}
UNREAD = {"fr": "Je lis seulement le texte", "ar": "أقرأ النص فقط"}
UNSEEN = {"fr": "J'ai lu vos mots seulement", "ar": "قرأت كلماتكم فقط"}
RENEWED = {"fr": "récépissé", "ar": "الوصل"}
PRICE = {"fr": "100 dirhams", "ar": "100 درهم"}
THANKED = {"fr": "Avec plaisir", "ar": "على الرحب والسعة"}
MENU = {"fr": "🧭 Menu", "ar": "🧭 القائمة"}
QUESTION = {"fr": "comment renouveler ma carte de séjour ?", "ar": "كيف أجدد بطاقة الإقامة؟"}
RABAT = location(34.0209, -6.8416)

# A conversation: what is sent, and what each answer holds.
PICTURE = media("image", "image/jpeg")
CONVERSATIONS: dict[str, tuple[str, Sequence[tuple[Object, dict[str, str] | str]]]] = {
    "French": (
        "fr",
        [
            (text("bonjour"), "Dalil"),
            (text("koman fer pr renouvelé ma carte"), RENEWED),
            (text("et c combien ?"), PRICE),
            (voice(), UNHEARD),
            (PICTURE, UNREAD),
            (text("merci"), THANKED),
        ],
    ),
    "Arabic": (
        "ar",
        [
            (text("السلام عليكم"), "دليل"),
            (text("كيف أجدد بطاقة الإقامة؟"), RENEWED),
            (text("ما هو الثمن؟"), PRICE),
            (voice(), UNHEARD),
            (PICTURE, UNREAD),
            (text("شكرا"), THANKED),
        ],
    ),
    "Darija": (
        "ar",
        [
            (text("السلام خويا"), "دليل"),
            (text("كيفاش نجدد لاكارط ديالي"), RENEWED),
            (text("شحال الثمن"), PRICE),
            (voice(), UNHEARD),
            (PICTURE, UNREAD),
            (text("شكرا بزاف"), THANKED),
        ],
    ),
    "Arabizi": (
        "ar",
        [
            (text("salam khoya"), "دليل"),
            (text("kifach njdd la carte sejour dyali"), RENEWED),
            (text("b ch7al"), PRICE),
            (voice(), UNHEARD),
            (PICTURE, UNREAD),
            (text("chokran bzaf"), THANKED),
        ],
    ),
}
MEDIA = {
    "image": PICTURE,
    "video": media("video", "video/mp4"),
    "document": media("document", "application/pdf", filename="carte.pdf"),
    "contact card": CONTACTS,
    "order": ORDER,
    "unsupported": UNSUPPORTED,
    "form": FORM,
    "interactive without content": {"type": "interactive"},
    "kind that does not exist yet": {"type": "hologram", "hologram": {}},
    "place on no map": location(0, 400),
}
CAPTIONS = {
    f"{kind} in {language}": media(kind, mime_type, caption=QUESTION[language])
    for kind, mime_type in (("image", "image/jpeg"), ("video", "video/mp4"), ("document", "application/pdf"))
    for language in QUESTION
}
SCENES: dict[str, list[Object]] = {
    **{name: [message for message, _ in steps] for name, (_, steps) in CONVERSATIONS.items()},
    "image, nothing before": [PICTURE],
    **{f"{name}, after French": [tap("/language/fr"), message] for name, message in MEDIA.items()},
    **{name: [message] for name, message in CAPTIONS.items()},
    "voice note, nothing before": [voice()],
    "button": [tap("/language/fr"), tap("/regul/card_renew")],
    "row of a list": [tap("/language/ar"), tap("/regul/card_renew", kind="list_reply")],
    "quick reply of an old template": [quick_reply("OLD_7", QUESTION["fr"])],
    "quick reply of ours": [quick_reply("/menu/main", "Menu")],
    "place, then a need": [tap("/language/fr"), RABAT, tap("/need/legal_aid")],
    "place after a need": [tap("/language/fr"), tap("/need/legal_aid"), RABAT],
    "place after an answer": [tap("/language/ar"), tap("/services/legal_aid"), RABAT],
    "first contact": [WELCOME],
    "after an advertisement": [{**text(QUESTION["fr"]), "referral": REFERRAL}],
    "sticker": [STICKER],
    "reaction": [REACTION],
    "notice of the system": [SYSTEM],
    "message of a group": [{**text(QUESTION["fr"]), "group_id": "G1"}],
}


@pytest.fixture(scope="module")
def played(channel: Channel) -> dict[str, list[list[Object]]]:
    """All scenes, played at once."""
    return channel.play(SCENES)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_whole_conversation_is_in_the_persons_language(played: dict[str, list[list[Object]]], name: str) -> None:
    language, steps = CONVERSATIONS[name]
    for (_, expected), replies in zip(steps, played[name], strict=True):
        said = [message for message in replies if words(message)]
        assert [languages(message) for message in said] == [{language}]
        assert (expected if isinstance(expected, str) else expected[language]) in words(said[0])
        for title in choices(said[0]):
            assert (arabic_share(title) > 0.5) == (language == "ar"), title


@pytest.mark.parametrize("name", MEDIA)
def test_what_cannot_be_read_is_answered_with_one_way_on(played: dict[str, list[list[Object]]], name: str) -> None:
    (said,) = played[f"{name}, after French"][1]
    assert UNREAD["fr"] in words(said)
    assert choices(said) == {MENU["fr"]: "/menu/main"}


def test_what_cannot_be_read_is_answered_in_both_languages_while_none_is_known(
    played: dict[str, list[list[Object]]],
) -> None:
    (said,) = played["image, nothing before"][0]
    assert all(line in words(said) for line in UNREAD.values())
    assert list(choices(said)) == ["Français", "العربية", MENU["ar"]]


@pytest.mark.parametrize("name", CAPTIONS)
def test_a_caption_is_answered_and_the_rest_said_to_be_unseen(played: dict[str, list[list[Object]]], name: str) -> None:
    (replies,) = played[name]
    language = name.split()[-1]
    assert [languages(message) for message in replies] == [{language}]
    assert RENEWED[language] in words(replies[0])
    assert UNSEEN[language] in words(replies[0])


def test_a_voice_note_is_answered_in_both_languages_while_none_is_known(played: dict[str, list[list[Object]]]) -> None:
    (said,) = (message for message in played["voice note, nothing before"][0] if words(message))
    assert all(line in words(said) for line in UNHEARD.values())
    assert list(choices(said)) == ["Français", "العربية", MENU["ar"]]


def test_a_voice_note_has_one_way_on_when_the_language_is_known(played: dict[str, list[list[Object]]]) -> None:
    for name, (language, _) in CONVERSATIONS.items():
        assert choices(played[name][3][-1]) == {MENU[language]: "/menu/main"}


@pytest.mark.parametrize(("name", "language"), [("button", "fr"), ("row of a list", "ar")])
def test_a_tap_is_answered_as_its_question(played: dict[str, list[list[Object]]], name: str, language: str) -> None:
    (said,) = played[name][1]
    assert languages(said) == {language}
    assert RENEWED[language] in words(said)


def test_a_button_of_an_old_template_is_read_by_its_words(played: dict[str, list[list[Object]]]) -> None:
    assert RENEWED["fr"] in words(played["quick reply of an old template"][0][0])
    assert "/menu/regul" in choices(played["quick reply of ours"][0][-1]).values()


@pytest.mark.parametrize("name", ["place, then a need", "place after a need", "place after an answer"])
def test_who_shares_a_place_gets_the_nearest_contacts(played: dict[str, list[list[Object]]], name: str) -> None:
    (said,) = played[name][-1]
    near = choices(said)
    assert {"/place/gadem-rabat", "/place/omdh-rabat"} <= set(near.values())
    assert "/place/omdh-tanger" not in near.values()


def test_what_is_needed_is_asked_before_a_place_is_of_use(played: dict[str, list[list[Object]]]) -> None:
    (said,) = played["place, then a need"][1]
    assert "De quelle aide avez-vous besoin" in words(said)
    assert "/need/legal_aid" in choices(said).values()


def test_who_opens_the_chat_is_greeted(played: dict[str, list[list[Object]]]) -> None:
    (said,) = played["first contact"][0]
    assert languages(said) == {"fr", "ar"}
    assert "Dalil" in words(said) and "دليل" in words(said)


def test_who_comes_from_an_advertisement_is_answered(played: dict[str, list[list[Object]]]) -> None:
    assert RENEWED["fr"] in words(played["after an advertisement"][0][0])


@pytest.mark.parametrize("name", ["sticker", "reaction", "notice of the system", "message of a group"])
def test_what_nobody_waits_for_is_not_answered(played: dict[str, list[list[Object]]], name: str) -> None:
    assert played[name] == [[]]


def test_a_sticker_is_read_without_a_reply_being_announced(channel: Channel) -> None:
    people = channel.person(), channel.person()
    seen = {people[0].send(STICKER), people[1].send(REACTION)}
    channel.settle()
    reads = [read for read in channel.sandbox.reads() if read["id"] in seen]
    assert [read["typing"] for read in reads] == [False, False]


def test_what_comes_in_is_counted_by_its_kind(channel: Channel, person: Person) -> None:
    sent = {
        "in text": text("merci"),
        "in seen": STICKER,
        "in audio": voice(),
        "message system": SYSTEM,
        "message of a group": {**text("merci"), "group_id": "G1"},
    }
    channel.person().send(voice())  # what the scenes before left to count is written with it
    before_it = channel.counted("in audio")
    wait_for(lambda: channel.counted("in audio"), lambda number: number > before_it)
    before = {name: channel.counted(name) for name in sent}
    for message in sent.values():
        person.send(message)
    expected = {name: number + 1 for name, number in before.items()}
    wait_for(lambda: {name: channel.counted(name) for name in sent}, lambda counts: counts == expected)


def test_the_words_as_they_are_now_are_answered(channel: Channel) -> None:
    """Changed or taken back while it waits, and after it was answered."""
    edited, deleted, edited_late, deleted_late = people = [channel.person() for _ in range(4)]
    first = {person.number: person.say(QUESTION["fr"]) for person in people}
    edited.send(edit(first[edited.number], text("merci")))
    deleted.send(revoke(first[deleted.number]))
    channel.settle()
    edited_late.send(edit(first[edited_late.number], text("merci")))
    deleted_late.send(revoke(first[deleted_late.number]))
    channel.settle()
    said = [[words(message) for message in person.got()] for person in people]
    assert [len(replies) for replies in said] == [1, 0, 2, 1]
    assert THANKED["fr"] in said[0][0]
    assert RENEWED["fr"] in said[2][0] and THANKED["fr"] in said[2][1]
    assert RENEWED["fr"] in said[3][0]


def marks(channel: Channel, person: Person) -> dict[str, Any]:
    """What stands beside a person's last words on disk, without the messages that they came in."""
    query = "SELECT data FROM events WHERE sender_id = :sender AND type_name = 'user' ORDER BY id DESC LIMIT 1"
    ((data,),) = channel.rows(query, sender=channel.sender_id(person))
    found = json.loads(data)["metadata"]
    return {name: found[name] for name in ("kind", "forwarded", "quoted", "edited") if name in found}


def test_words_are_stored_with_where_they_come_from(channel: Channel) -> None:
    plain, forwarded, quoting, edited, captioned = people = [channel.person() for _ in range(5)]
    plain.say("merci")
    forwarded.say("merci", context={"forwarded": True})
    quoting.say("merci", context={"id": quoting.send(STICKER)})
    edited.send(edit("wamid.0", text("merci")))
    captioned.send(media("image", "image/jpeg", caption="merci"))
    channel.settle()
    assert [marks(channel, person) for person in people] == [
        {},
        {"forwarded": True},
        {"quoted": True},
        {"edited": True},
        {"kind": "image"},
    ]


def test_who_hides_their_number_is_answered_where_meta_says(channel: Channel, person: Person) -> None:
    person.send(tap("/language/fr"), only_user_id=True)
    channel.settle()
    person.send(tap("/regul/card_renew"), only_user_id=True)
    channel.settle()
    for message in person.got():
        assert message["recipient"].startswith("MA.") and "to" not in message
    assert RENEWED["fr"] in words(person.got()[-1])


def test_people_of_one_batch_get_their_own_answers(channel: Channel) -> None:
    open_, hidden = channel.person(), channel.person()
    channel.sandbox.set_faults(batch_size=4, batch_wait=1)
    try:
        for language in ("fr", "ar", "fr"):
            open_.send(tap(f"/language/{language}"))
        hidden.send(tap("/menu/urgent"), only_user_id=True)
        channel.settle()
    finally:
        channel.sandbox.set_faults()
    assert (len(open_.got()), len(hidden.got())) == (3, 1)
    assert hidden.got()[0]["recipient"].startswith("MA.")


def test_public_payloads_are_taken_and_crash_nothing(channel: Channel) -> None:
    files = sorted(PUBLIC.glob("*.json"))
    if not files:
        pytest.skip(f"the public payloads are not on this machine ({PUBLIC})")
    for file in files:
        for name, payload in json.loads(file.read_text(encoding="utf-8")).items():
            ours = re.sub(r'("phone_number_id": )"\w+"', rf'\1"{channel.sandbox.phone_id}"', json.dumps(payload))
            # Of today, and none of them known already.
            ours = re.sub(r'("timestamp": )"\d+"', rf'\1"{int(time.time())}"', ours)
            ours = re.sub(r'("id": "wamid\.)', rf"\1{file.stem}{name}", ours)
            assert channel.sandbox.post_webhook(ours.encode())["status"] == 200, (file.name, name)
    channel.settle()
    said = [words(sent["message"]) for sent in channel.sandbox.sent("972987654321")]
    assert any(UNREAD["fr"] in one for one in said) and any(UNHEARD["fr"] in one for one in said)
