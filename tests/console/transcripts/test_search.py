"""Free text finds what people wrote, as they may have written it, and nothing of what is gone."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from transcripts import search
from transcripts.models import Conversation, Turn

from tests.console.transcripts.conftest import Conversations, read_all
from tests.console.transcripts.test_pages import listed


@pytest.fixture
def texts(db: None, conversations: Conversations) -> Conversations:
    for number, text in enumerate(
        (
            "comment avoir la carte de séjour",
            "où renouveler ma carte",
            "فين نجدد الإقامة ديالي",
            "wach 3ndi l7a9 f tbib",
            "l'école d'Agadir",
        )
    ):
        conversations.session(f"p{number}")
        conversations.ask(f"p{number}", text)
    read_all(conversations)
    return conversations


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sejour", {"comment avoir la carte de séjour"}),
        ("CARTE", {"comment avoir la carte de séjour", "où renouveler ma carte"}),
        ("carte renouv", {"où renouveler ma carte"}),
        ("الاقامه", {"فين نجدد الإقامة ديالي"}),
        ("l7a9", {"wach 3ndi l7a9 f tbib"}),
        ("agadir école", {"l'école d'Agadir"}),
        ("avocat", set()),
        ('"', set()),
        ("***", set()),
    ],
)
def test_it_finds(texts: Conversations, sign_in: Callable[..., Client], asked: str, found: set[str]) -> None:
    assert listed(sign_in("reader"), q=asked) == found


def test_what_is_deleted_is_not_in_the_index(texts: Conversations) -> None:
    Conversation.objects.filter(turns__text__contains="séjour").delete()
    search.compact()
    assert not search.matching("sejour").exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT group_concat(hex(block)) FROM transcripts_words_data")
            blocks = bytes.fromhex(cursor.fetchone()[0].replace(",", ""))
        assert b"renouveler" in blocks
        assert b"sejour" not in blocks


def test_what_is_corrected_in_place_is_found_as_it_is_now(texts: Conversations) -> None:
    turn = Turn.objects.get(text__contains="séjour")
    turn.words = search.searchable("passeport")
    turn.save()
    assert search.matching("passeport").get() == turn
    assert not search.matching("sejour").exists()


class AnyWords(TestCase):
    """Whatever is typed into the search is a search."""

    @settings(max_examples=60)
    @given(st.text(max_size=40))
    def test_nothing_that_is_typed_breaks_it(self, asked: str) -> None:
        list(search.matching(asked))
