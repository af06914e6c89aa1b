"""Queues hold what went wrong, one in ten of the rest, and nothing that somebody is done with."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from transcripts.models import Conversation, SavedFilter

from assistant.storage import feedback
from tests.console.transcripts.conftest import Conversations, read_all
from tests.console.transcripts.test_pages import listed

pytestmark = pytest.mark.django_db
ORDINARY = 200


@pytest.fixture
def waiting(conversations: Conversations) -> Conversations:
    """One of each kind."""
    for sender, topic, more in (
        ("danger", "urgent.violence", {"urgent": True}),
        ("danger lost", "urgent.violence", {"urgent": True, "decision": "ask"}),
        ("misconduct", "report.misconduct", {}),
        ("human", "chat.human", {}),
        ("human lost", "chat.human", {"decision": "ask"}),
        ("lost", "regul.card", {"decision": "lost"}),
        ("thumb", "regul.card", {}),
        ("good", "regul.card", {}),
    ):
        conversations.session(sender)
        message = conversations.ask(sender, sender, topic, **more)
        if sender == "thumb":
            feedback.keep(conversations.engine, sender, message, "down")
    conversations.session("switch")
    conversations.ask("switch", "switch")
    conversations.ask("switch", "مرحبا", language="ar")
    read_all(conversations)
    Conversation.objects.update(sampled=False)
    Conversation.objects.filter(sender__in=("good", "lost")).update(sampled=True)
    return conversations


@pytest.mark.parametrize(
    ("queue", "found"),
    [
        ("danger", {"danger", "danger lost", "misconduct"}),
        ("person", {"human", "human lost"}),
        ("improve", {"lost", "thumb", "switch"}),
        ("sample", {"good"}),
        ("second", set()),
    ],
)
def test_each_conversation_waits_in_one_queue(
    waiting: Conversations, sign_in: Callable[..., Client], queue: str, found: set[str]
) -> None:
    client = sign_in("safeguarding")
    assert listed(client, queue=queue) == found
    Conversation.objects.update(reviewed=timezone.now())
    assert listed(client, queue=queue) == set()


def test_the_restricted_queue_is_not_offered_to_others(waiting: Conversations, sign_in: Callable[..., Client]) -> None:
    reviewer = sign_in("reviewer")
    assert listed(reviewer, queue="danger") == set()
    overview = reviewer.get(reverse("admin:index")).content.decode()
    assert "queue=danger" not in overview
    assert "queue=improve" in overview
    assert "queue=danger" in sign_in("safeguarding").get(reverse("admin:index")).content.decode()


def test_one_in_ten_is_sampled_and_stays_so(conversations: Conversations) -> None:
    for number in range(ORDINARY):
        conversations.session(f"p{number}")
        conversations.ask(f"p{number}", "bonjour")
    read_all(conversations)
    sampled = set(Conversation.objects.filter(sampled=True).values_list("event", flat=True))
    assert 0.04 * ORDINARY < len(sampled) < 0.17 * ORDINARY
    read_all(conversations, anew=True)
    assert set(Conversation.objects.filter(sampled=True).values_list("event", flat=True)) == sampled


def test_a_correction_waits_for_another_reader(waiting: Conversations, sign_in: Callable[..., Client]) -> None:
    reviewer, another = sign_in("reviewer"), sign_in("reviewer", "another")
    turn = Conversation.objects.get(sender="lost").turns.get()
    reviewer.post(
        reverse("transcripts:verdict", args=[turn.pk]), {"verdict": "wrong_topic", "right_topic": "regul.cost"}
    )
    assert listed(reviewer, queue="second") == set()
    assert listed(another, queue="second") == {"lost"}
    another.post(reverse("transcripts:second", args=[turn.pk]))
    assert listed(another, queue="second") == set()


def test_a_view_of_the_list_is_saved_under_its_own_link(waiting: Conversations, sign_in: Callable[..., Client]) -> None:
    reviewer = sign_in("reviewer")
    query = "mark=fallback&reviewed=no"
    reviewer.post(reverse("transcripts:save_filter"), {"name": "À voir", "query": query})
    kept = SavedFilter.objects.get()
    reader = sign_in("reader")
    answer = reader.get(kept.get_absolute_url(), follow=True)
    assert answer.redirect_chain[-1][0].endswith(query)
    assert "À voir" in answer.content.decode()
    assert reader.post(reverse("transcripts:remove_filter", args=[kept.pk])).status_code == 403
    reviewer.post(reverse("transcripts:remove_filter", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"reviewed": "yes"}, {"good"}),
        ({"reviewed": "mine"}, {"lost"}),
        ({"tags__id__exact": "1"}, {"lost"}),
        ({"verdict": "answer"}, {"thumb"}),
    ],
)
def test_filters_of_what_staff_said(
    waiting: Conversations, sign_in: Callable[..., Client], filters: dict[str, str], found: set[str]
) -> None:
    client = sign_in("reviewer")
    me = client.session["_auth_user_id"]
    lost, thumb, good = (Conversation.objects.get(sender=name) for name in ("lost", "thumb", "good"))
    client.post(reverse("transcripts:file", args=[lost.pk]), {"tag_names": "a", "assigned": me})
    client.post(reverse("transcripts:verdict", args=[thumb.turns.get().pk]), {"verdict": "answer"})
    client.post(reverse("transcripts:done", args=[good.pk]))
    if "tags__id__exact" in filters:
        filters = {"tags__id__exact": str(lost.tags.get().pk)}
    assert listed(client, **filters) == found
