"""Staff judge messages: what a verdict needs, who else must look, and where it is kept."""

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from transcripts import projector
from transcripts.models import AuditEntry, Conversation, Review, Turn

from tests.console.transcripts.conftest import Conversations, read_all

pytestmark = pytest.mark.django_db
FORBIDDEN, NOT_FOUND = 403, 404


@pytest.fixture
def turn(conversations: Conversations) -> Turn:
    """A message that was taken for the card, and is about its renewal."""
    conversations.session("awa")
    conversations.ask("awa", "ma carte finit bientot, je fais koi", "regul.card")
    conversations.answer("awa", "Demandez la carte.")
    read_all(conversations)
    return Turn.objects.get()


@pytest.fixture
def reviewer(sign_in: Callable[..., Client]) -> Client:
    return sign_in("reviewer")


def judge(client: Client, turn: Turn, verdict: str, right_topic: str = "", note: str = "") -> list[str]:
    """Give a verdict; what the page says then."""
    given = {"verdict": verdict, "right_topic": right_topic, "note": note}
    answer = client.post(reverse("transcripts:verdict", args=[turn.pk]), given)
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_verdict_is_kept_with_who_gave_it(turn: Turn, reviewer: Client) -> None:
    assert judge(reviewer, turn, "wrong_topic", "regul.card_renew", "fin de validité") == []
    review = turn.review
    assert (review.verdict, review.right_topic, review.note) == ("wrong_topic", "regul.card_renew", "fin de validité")
    assert (review.reviewer.username, review.second, review.awaits_second) == ("a-reviewer", None, True)


@pytest.mark.parametrize(
    ("verdict", "right_topic"),
    [
        ("wrong_topic", ""),
        ("wrong_topic", "no.such"),
        ("wrong_topic", "regul.card"),  # what was understood
        ("wrong_topic", "language.fr"),
        ("missed", "regul.cost"),  # no danger
        ("no_such_verdict", ""),
        ("", ""),
    ],
)
def test_a_verdict_that_says_nothing_is_refused_with_why(
    turn: Turn, reviewer: Client, verdict: str, right_topic: str
) -> None:
    assert len(judge(reviewer, turn, verdict, right_topic)) == 1
    assert not Review.objects.exists()


def test_a_missed_danger_names_the_danger(turn: Turn, reviewer: Client) -> None:
    assert judge(reviewer, turn, "missed", "urgent.violence") == []
    assert turn.review.awaits_second


def test_what_teaches_nothing_needs_no_topic_and_no_second_reader(turn: Turn, reviewer: Client) -> None:
    assert judge(reviewer, turn, "contact", "regul.cost") == []
    assert (turn.review.right_topic, turn.review.awaits_second) == ("", False)


def test_the_second_reader_is_another_person(turn: Turn, reviewer: Client, sign_in: Callable[..., Client]) -> None:
    judge(reviewer, turn, "wrong_topic", "regul.card_renew")
    agree = reverse("transcripts:second", args=[turn.pk])
    reviewer.post(agree)
    assert Review.objects.get().second is None
    sign_in("reviewer", "another").post(agree)
    assert Review.objects.get().second.username == "another"


def test_a_new_verdict_needs_a_second_reader_again(
    turn: Turn, reviewer: Client, sign_in: Callable[..., Client]
) -> None:
    judge(reviewer, turn, "wrong_topic", "regul.card_renew")
    another = sign_in("reviewer", "another")
    another.post(reverse("transcripts:second", args=[turn.pk]))
    judge(another, turn, "wrong_topic", "regul.cost")
    review = Review.objects.get()
    assert (review.right_topic, review.reviewer.username, review.second) == ("regul.cost", "another", None)


@pytest.mark.parametrize("role", ["reader", "viewer", "editor"])
def test_who_only_reads_does_not_judge(turn: Turn, sign_in: Callable[..., Client], role: str) -> None:
    client = sign_in(role)
    for name, number in (("verdict", turn.pk), ("second", turn.pk), ("file", turn.conversation_id)):
        assert client.post(reverse(f"transcripts:{name}", args=[number])).status_code == FORBIDDEN
    assert client.post(reverse("transcripts:done", args=[turn.conversation_id])).status_code == FORBIDDEN
    assert not Review.objects.exists()


def test_what_is_restricted_is_judged_by_those_who_may_read_it(
    conversations: Conversations, reviewer: Client, sign_in: Callable[..., Client]
) -> None:
    conversations.session("fatou")
    conversations.ask("fatou", "il me frappe", "urgent.violence", urgent=True)
    read_all(conversations)
    turn = Turn.objects.get()
    address = reverse("transcripts:verdict", args=[turn.pk])
    assert reviewer.post(address, {"verdict": "right"}).status_code == NOT_FOUND
    assert sign_in("safeguarding").post(address, {"verdict": "right"}).status_code == 302
    assert turn.review.verdict == "right"


def test_tags_note_and_assignment(turn: Turn, reviewer: Client) -> None:
    colleague = User.objects.create_user("colleague", is_staff=True)
    colleague.groups.add(Group.objects.get(name="reviewer"))
    address = reverse("transcripts:file", args=[turn.conversation_id])
    reviewer.post(address, {"tag_names": "carte, urgent ، عاجل,carte", "note": "à suivre", "assigned": colleague.pk})
    conversation = Conversation.objects.get()
    assert {tag.name for tag in conversation.tags.all()} == {"carte", "urgent", "عاجل"}
    assert (conversation.note, conversation.assigned) == ("à suivre", colleague)
    reviewer.post(address, {"tag_names": "x" * 41, "note": "autre"})
    assert Conversation.objects.get().note == "à suivre"


def test_a_conversation_is_assigned_only_to_those_who_review(turn: Turn, reviewer: Client) -> None:
    outsider = User.objects.create_user("outsider", is_staff=True)
    reviewer.post(reverse("transcripts:file", args=[turn.conversation_id]), {"assigned": outsider.pk})
    assert Conversation.objects.get().assigned is None


def test_done_opens_the_next_that_waits_until_nothing_does(
    conversations: Conversations, turn: Turn, reviewer: Client
) -> None:
    for sender in ("ali", "sara"):
        conversations.session(sender)
        conversations.ask(sender, f"question de {sender}")
    read_all(conversations)
    sara, ali, awa = Conversation.objects.order_by("-ended")
    opened = []
    for conversation in (sara, ali, awa):
        answer = reviewer.post(reverse("transcripts:done", args=[conversation.pk]), {"filters": "language=fr"})
        opened.append(answer["Location"])
    page = "admin:transcripts_conversation_change"
    assert [address.partition("?")[0] for address in opened[:2]] == [reverse(page, args=[one.pk]) for one in (ali, awa)]
    assert "language" in opened[0]
    assert opened[2].startswith(reverse("admin:transcripts_conversation_changelist"))


def test_who_writes_again_waits_again(conversations: Conversations, turn: Turn, reviewer: Client) -> None:
    reviewer.post(reverse("transcripts:done", args=[turn.conversation_id]))
    assert Conversation.objects.get().reviewed
    conversations.ask("awa", "et combien ça coûte ?")
    read_all(conversations)
    assert Conversation.objects.get().reviewed is None


def test_what_staff_said_survives_a_rebuild(conversations: Conversations, turn: Turn, reviewer: Client) -> None:
    judge(reviewer, turn, "wrong_topic", "regul.card_renew")
    reviewer.post(reverse("transcripts:file", args=[turn.conversation_id]), {"tag_names": "carte", "note": "n"})
    reviewer.post(reverse("transcripts:done", args=[turn.conversation_id]))
    projector.rebuild(conversations.engine)
    conversation = Conversation.objects.get()
    assert Turn.objects.get().review.right_topic == "regul.card_renew"
    assert (conversation.note, [tag.name for tag in conversation.tags.all()]) == ("n", ["carte"])
    assert conversation.reviewed


def test_what_staff_said_of_a_part_goes_to_the_whole(conversations: Conversations, reviewer: Client) -> None:
    """A session whose beginning was committed late: its turns were another conversation's before."""
    conversations.add("awa", {"event": "session_started"}, row_id=10)
    conversations.ask("awa", "un", row_id=None)
    read_all(conversations)
    conversations.session("awa")
    conversations.ask("awa", "deux")
    read_all(conversations)
    first, second = Conversation.objects.order_by("event")
    reviewer.post(reverse("transcripts:file", args=[second.pk]), {"tag_names": "b", "note": "deuxième"})
    reviewer.post(reverse("transcripts:file", args=[first.pk]), {"tag_names": "a", "note": "première"})
    conversations.forget_session(second.event)
    projector.project(conversations.engine, "awa", second.event)
    whole = Conversation.objects.get()
    assert {tag.name for tag in whole.tags.all()} == {"a", "b"}
    assert whole.note == "première\ndeuxième"


def test_each_deed_is_in_the_audit_log(turn: Turn, reviewer: Client) -> None:
    reviewer.get(reverse("admin:transcripts_conversation_change", args=[turn.conversation_id]))
    reviewer.get(reverse("admin:transcripts_conversation_changelist"), {"q": "carte"})
    judge(reviewer, turn, "wrong_topic", "regul.card_renew", "une note")
    reviewer.post(reverse("transcripts:file", args=[turn.conversation_id]), {"tag_names": "x", "note": "secret"})
    reviewer.post(reverse("transcripts:done", args=[turn.conversation_id]))
    entries = list(AuditEntry.objects.order_by("pk"))
    assert [entry.action for entry in entries] == ["read", "searched", "judged", "filed", "reviewed"]
    assert {entry.who for entry in entries} == {"a-reviewer"}
    event = turn.conversation.event
    assert [entry.event for entry in entries] == [event, None, event, event, event]
    assert (entries[2].turn, entries[2].detail) == (turn.event, "wrong_topic regul.card_renew")
    assert not any("secret" in entry.detail or "note" in entry.detail for entry in entries)


def test_conversations_are_taken_away_with_their_verdicts(
    conversations: Conversations, turn: Turn, reviewer: Client, sign_in: Callable[..., Client]
) -> None:
    conversations.session("ali")
    conversations.ask("ali", "=1+1")
    read_all(conversations)
    judge(reviewer, turn, "wrong_topic", "regul.card_renew")
    chosen = {"action": "take_away", "_selected_action": [one.pk for one in Conversation.objects.all()]}
    listed = reverse("admin:transcripts_conversation_changelist")
    answer = reviewer.post(listed, chosen)
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(line["text"], line["review_right_topic"]) for line in lines] == [
        ("ma carte finit bientot, je fais koi", "regul.card_renew"),
        ("'=1+1", ""),
    ]
    assert AuditEntry.objects.filter(action="exported").count() == 2
    assert "text/csv" not in sign_in("reader").post(listed, chosen)["Content-Type"]
