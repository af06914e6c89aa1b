"""The page of the figures and its files: who may, what they show, and what they never show."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone as here
from figures.export import as_csv
from figures.recounting import recount_changed
from figures.tables import Row, Table
from transcripts.models import AuditEntry

from tests.console.figures.conftest import Ask

pytestmark = pytest.mark.django_db
PAGE = "admin:figures_dailycount_changelist"
FORBIDDEN, WRONG, NOT_FOUND = 403, 400, 404


@pytest.fixture
def told(ask: Ask) -> None:
    """A week: 12 ask about the card, 7 of them on WhatsApp and 2 in Arabic; 6 are not understood; 3 are in danger."""
    noon = datetime.combine(here.localdate() - timedelta(days=1), time(12), tzinfo=timezone.utc)
    for number in range(12):
        ask(
            f"p{number}",
            at=noon,
            channel="whatsapp" if number < 7 else "web",
            language="ar" if number in (0, 8) else "fr",
            seconds=0.3,
            feedback="up" if number < 6 else "",
        )
    for number in range(6):
        ask(
            f"q{number}",
            "Où apprendre la couture <name> ?",
            at=noon,
            fallback=True,
            decision="lost",
            reply="lost",
            ranking=[["services.training", 0.2]],
        )
    for number in range(3):
        ask(f"d{number}", at=noon, urgent=True, reply="urgent.violence", topic="urgent.violence")
    recount_changed()


def table(client: Client, name: str, **choice: str) -> list[list[str]]:
    """Rows of a table of the page, the total last."""
    page = BeautifulSoup(client.get(reverse(PAGE), choice).content, "html.parser")
    rows = page.select(f"#table-{name} tbody tr, #table-{name} tfoot tr")
    return [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in rows]


def saved(client: Client, name: str, **choice: str) -> list[list[str]]:
    answer = client.get(reverse("admin:figures_dailycount_csv", args=[name]), choice)
    assert answer.status_code == 200
    assert answer.content.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", ["reader", "reviewer", "safeguarding", "editor", "admin"])
def test_these_roles_see_figures(sign_in: Callable[[str], Client], role: str) -> None:
    assert sign_in(role).get(reverse(PAGE)).status_code == 200


def test_a_viewer_does_not(sign_in: Callable[[str], Client]) -> None:
    viewer = sign_in("viewer")
    assert viewer.get(reverse(PAGE)).status_code == FORBIDDEN
    assert viewer.get(reverse("admin:figures_dailycount_csv", args=["days"])).status_code == FORBIDDEN
    assert AuditEntry.objects.filter(action="exported").count() == 0


def test_what_was_counted_is_shown_and_saved(told: None, sign_in: Callable[[str], Client]) -> None:
    reader = sign_in("reader")
    assert table(reader, "topics") == [["Carte de séjour", "12"], ["Total", "12"]]
    assert saved(reader, "topics") == [["sujet", "messages"], ["Carte de séjour", "12"], ["total", "12"]]
    assert table(reader, "understanding")[-1] == ["Total", "6", "29 %"]
    assert table(reader, "answer_times")[2] == ["jusqu’à 0,5 s", "12"]
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.who, entry.detail) == ("a-reader", "topics ")


def test_titles_are_in_the_reader_s_language(told: None, sign_in: Callable[[str], Client]) -> None:
    reader = sign_in("reader")
    reader.cookies["django_language"] = "ar"
    page = BeautifulSoup(reader.get(reverse(PAGE)).content, "html.parser")
    assert page.html["dir"] == "rtl"
    assert json.loads(page.select_one("#figures-data").string)["rtl"] is True
    (row, _total) = table(reader, "topics")
    assert row == ["بطاقة الإقامة", "12"]


def test_fewer_than_five_are_shown_nowhere(told: None, sign_in: Callable[[str], Client]) -> None:
    reader = sign_in("reader")
    *_before, yesterday, _today, total = table(reader, "danger", period="7")
    assert (yesterday[1], total[1]) == ("< 5", "< 5")
    assert saved(reader, "danger", period="7")[-1][1] == "< 5"
    data = json.loads(
        BeautifulSoup(reader.get(reverse(PAGE), {"period": "7"}).content, "html.parser")
        .select_one("#figures-data")
        .string
    )
    assert data["tables"]["danger"]["lines"][0]["values"] == [0, 0, 0, 0, 0, None, 0]


def test_a_filter_does_not_show_what_the_whole_hides(told: None, sign_in: Callable[[str], Client]) -> None:
    reader = sign_in("reader")
    assert table(reader, "topics", only="channel:whatsapp")[0] == ["Carte de séjour", "7"]
    assert table(reader, "topics", only="channel:web")[0] == ["Carte de séjour", "5"]
    # Two wrote in Arabic: so those in French, 12 minus 2, are not shown either.
    assert table(reader, "topics", only="language:fr") == []
    assert table(reader, "topics", only="language:ar") == []
    assert [row[1] for row in table(reader, "languages")] == []


def test_unmet_needs_name_words_of_at_least_five_people(told: None, ask: Ask, sign_in: Callable[[str], Client]) -> None:
    noon = datetime.combine(here.localdate() - timedelta(days=1), time(12), tzinfo=timezone.utc)
    missed = {"at": noon, "fallback": True, "decision": "lost", "reply": "lost"}
    for _time in range(9):  # one person, often
        ask("q1", "zellige", **missed, ranking=[["services.training", 0.2]])
    for number in range(6):  # about danger: not even the words
        ask(f"r{number}", "couteau", **missed, ranking=[["services.training", 0.2]], urgent=True)
    (row, _total) = table(sign_in("reader"), "unmet")
    assert row == ["Formation", "15", "apprendre, couture"]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"period": "dates"}, "Indiquez les deux dates."),
        ({"period": "dates", "since": "2026-11-01", "until": "2026-11-03"}, "Choisissez une période de 7 à 366 jours"),
        ({"period": "dates", "since": "2026-11-20", "until": "2026-11-01"}, "Choisissez une période de 7 à 366 jours"),
        ({"period": "dates", "since": "hier", "until": "2026-11-01"}, "Saisissez une date valide"),
        ({"only": "channel:fax"}, "Sélectionnez un choix valide"),
    ],
)
def test_a_wrong_choice_is_named(
    told: None, sign_in: Callable[[str], Client], choice: dict[str, str], said: str
) -> None:
    reader = sign_in("reader")
    assert said in reader.get(reverse(PAGE), choice).content.decode()
    answer = reader.get(reverse("admin:figures_dailycount_csv", args=["days"]), choice)
    assert answer.status_code == WRONG
    assert said in answer.content.decode()


def test_two_dates_choose_the_days_between(told: None, sign_in: Callable[[str], Client]) -> None:
    days = saved(sign_in("reader"), "days", period="dates", since="2026-01-01", until="2026-01-10")
    assert [row[0] for row in days[1:-1]] == [f"2026-01-{day:02}" for day in range(1, 11)]


def test_no_such_table(sign_in: Callable[[str], Client]) -> None:
    url = reverse("admin:figures_dailycount_csv", args=["salaries"])
    assert sign_in("reader").get(url).status_code == NOT_FOUND


def test_no_cell_of_a_file_is_a_formula() -> None:
    rows = tuple(Row((text,), (7,), text) for text in ("=1+1", "+212", "-3", "@x", "\t=1", "\n=1", "＝1", "riz"))
    made = as_csv(Table("x", "x", ("a",), ("b",), rows, last="words"), "total")
    first = [row[0] for row in csv.reader(io.StringIO(made.removeprefix("\ufeff")))]
    assert first == ["a", "'=1+1", "'+212", "'-3", "'@x", "'\t=1", "'\n=1", "'＝1", "riz"]


def test_chart_js_is_loaded_here_only_and_no_script_stands_in_the_page(sign_in: Callable[[str], Client]) -> None:
    reader = sign_in("reader")
    page = BeautifulSoup(reader.get(reverse(PAGE)).content, "html.parser")
    sources = [script.get("src") for script in page.find_all("script") if script.get("type") != "application/json"]
    assert all(sources)
    assert "/static/vendor/chart.js/chart.umd.min.js" in sources
    assert "vendor/chart.js" not in reader.get("/").content.decode()
