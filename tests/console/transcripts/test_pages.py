"""Staff read conversations: who may, what they find, and in which direction it is written."""

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from transcripts import projector
from transcripts.models import Conversation

from assistant.storage import feedback
from tests.console.transcripts.conftest import Conversations

pytestmark = pytest.mark.django_db
LIST = "admin:transcripts_conversation_changelist"
FORBIDDEN, NOT_FOUND = 403, 404


@pytest.fixture
def told(conversations: Conversations) -> Conversations:
    """Five people: one asks, one is in danger, one reports, one is not understood, one writes Arabic."""
    for sender, text, topic, more in (
        ("awa", "comment avoir la carte ?", "regul.card", {}),
        ("fatou", "il me frappe", "urgent.violence", {"urgent": True}),
        ("omar", "votre agent veut de l'argent", "report.misconduct", {}),
        ("ali", "zzz", "out_of_scope", {"decision": "lost", "reply": "lost"}),
        ("sara", "كيفاش نجدد لاكارط", "regul.card_renew", {"language": "ar"}),
    ):
        conversations.session(sender)
        message = conversations.ask(sender, text, topic, **more)
        conversations.answer(sender, "اطلبوا التجديد" if sender == "sara" else "Demandez <b>la carte</b>.")
        if sender == "awa":
            feedback.keep(conversations.engine, sender, message, "down")
    while projector.step(conversations.engine):
        pass
    return conversations


def listed(client: Client, **filters: str) -> set[str]:
    """First words of the conversations of a list."""
    page = BeautifulSoup(client.get(reverse(LIST), filters).content, "html.parser")
    return {
        link.get_text(strip=True)
        for link in page.select("table a[href*='/transcripts/conversation/']")
        if link.get("href")
    } - {""}


def open_page(client: Client, sender: str) -> BeautifulSoup:
    conversation = Conversation.objects.get(sender=sender)
    answer = client.get(reverse("admin:transcripts_conversation_change", args=[conversation.pk]))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_without_the_role_nobody_reads(told: Conversations, sign_in: Callable[[str], Client], role: str) -> None:
    client, conversation = sign_in(role), Conversation.objects.get(sender="awa")
    assert client.get(reverse(LIST)).status_code == FORBIDDEN
    page = reverse("admin:transcripts_conversation_change", args=[conversation.pk])
    assert client.get(page).status_code == FORBIDDEN


def test_a_reader_does_not_see_danger_and_misconduct(told: Conversations, sign_in: Callable[[str], Client]) -> None:
    reader = sign_in("reader")
    assert listed(reader) == {"comment avoir la carte ?", "zzz", "كيفاش نجدد لاكارط"}
    for sender in ("fatou", "omar"):
        conversation = Conversation.objects.get(sender=sender)
        page = reverse("admin:transcripts_conversation_change", args=[conversation.pk])
        assert reader.get(page).status_code in (NOT_FOUND, 302)
    assert "il me frappe" in listed(sign_in("safeguarding"))


def test_nobody_changes_or_deletes(told: Conversations, sign_in: Callable[[str], Client]) -> None:
    admin = sign_in("admin")
    conversation = Conversation.objects.get(sender="awa")
    for what in ("delete", "history"):
        admin.post(reverse(f"admin:transcripts_conversation_{what}", args=[conversation.pk]), {"post": "yes"})
    admin.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [conversation.pk], "post": "yes"})
    assert Conversation.objects.filter(sender="awa").exists()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"mark": "fallback"}, {"zzz"}),
        ({"mark": "thumbs_down"}, {"comment avoir la carte ?"}),
        ({"mark": "urgent"}, {"il me frappe"}),
        ({"mark": "misconduct"}, {"votre agent veut de l'argent"}),
        ({"topic": "regul.card"}, {"comment avoir la carte ?"}),
        ({"language": "ar"}, {"كيفاش نجدد لاكارط"}),
        ({"q": "frappe"}, {"il me frappe"}),
        ({"confidence": "low"}, set()),
    ],
)
def test_filters(
    told: Conversations, sign_in: Callable[[str], Client], filters: dict[str, str], found: set[str]
) -> None:
    assert listed(sign_in("safeguarding"), **filters) == found


def test_a_conversation_is_read_in_its_directions_and_markup_is_text(
    told: Conversations, sign_in: Callable[[str], Client]
) -> None:
    reader = sign_in("reader")
    french, arabic = open_page(reader, "awa"), open_page(reader, "sara")
    assert [b["dir"] for b in french.select("section ol div[dir]")] == ["ltr", "ltr"]
    assert [b["dir"] for b in arabic.select("section ol div[dir]")] == ["rtl", "rtl"]
    assert "Demandez <b>la carte</b>." in french.get_text()
    assert french.select("section ol b") == []
    text = re.sub(r"\s+", " ", french.select_one("section ol").get_text())
    assert "regul.card · 90 %" in text
    assert "👎" in text
    assert french.select_one("a[href='https://example.org/a']")


def test_other_conversations_of_the_person_are_linked(told: Conversations, sign_in: Callable[[str], Client]) -> None:
    told.session("awa")
    told.ask("awa", "encore moi")
    while projector.step(told.engine):
        pass
    first = Conversation.objects.filter(sender="awa").order_by("event").first()
    page = sign_in("reader").get(reverse("admin:transcripts_conversation_change", args=[first.pk])).content.decode()
    assert "encore moi" in page
