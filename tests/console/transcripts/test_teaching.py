"""Corrections of two readers become examples in the project's own style, and nothing else changes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from transcripts import teaching, training_files, views
from transcripts.management.commands import export_training
from transcripts.models import AuditEntry, Review, Turn

from assistant import yaml
from assistant.paths import ROOT
from quality import examples as gates
from quality.data import examples
from tests.console.transcripts.conftest import Conversations, read_all

pytestmark = pytest.mark.django_db

REGUL = """version: "3.1"
nlu:
# what it is
- intent: regul/card
  metadata: {language: fr, variety: standard}
  examples: |
    - Comment obtenir la carte de séjour ?

# what it costs
- intent: regul/cost
  metadata: {language: fr, variety: standard}
  examples: |
    - Combien coûte le timbre ?
"""
SERVICES = """version: "3.1"
nlu:
- intent: services/school
  metadata: {language: ar, variety: darija}
  examples: |
    - فين نقري ولدي
"""
MEASURED = "topic\tvariety\ttext\nregul.cost\tsms\tc koi le prix du timbre pr la carte\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in the place of this one."""
    for path, content in (
        ("data/nlu/fr/regul.yml", REGUL),
        ("data/nlu/ar/services.yml", SERVICES),
        ("tests/nlu/french.tsv", MEASURED),
        ("tests/nlu/safeguard/hits.tsv", "kind\tlanguage\tvariety\ttext\nmedical\tfr\tsms\til respire plus du tout\n"),
    ):
        file = tmp_path / "project" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    for module in (views, export_training):
        monkeypatch.setattr(module, "ROOT", tmp_path / "project")
    return tmp_path / "project"


Correct = Callable[..., Review]


@pytest.fixture
def correct(conversations: Conversations, django_user_model: type[User]) -> Correct:
    """Have a message corrected by one reader and agreed to by another."""
    first, second = (django_user_model.objects.create_user(name) for name in ("first", "second"))

    def correct(text: str, right_topic: str, language: str = "fr", agreed: bool = True, **more: object) -> Review:
        sender = f"p{Turn.objects.count()}"
        conversations.session(sender)
        conversations.ask(sender, text, more.pop("topic", "iom.who"), language=language, **more)
        read_all(conversations)
        turn = Turn.objects.latest("event")
        values = {"verdict": "wrong_topic", "right_topic": right_topic, "reviewer": first}
        return Review.objects.create(turn=turn, second=second if agreed else None, **values)

    return correct


def taught(project: Path) -> str:
    """Teach; the French file of regularisation."""
    plan = teaching.plan(project)
    teaching.apply(plan, project)
    teaching.mark_as_taught(plan)
    return (project / "data/nlu/fr/regul.yml").read_text(encoding="utf-8")


def test_an_example_goes_behind_its_topic_and_every_other_line_stays(project: Path, correct: Correct) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    correct("jveu ma carte moi", "regul.card")
    expected = REGUL.replace(
        "    - Comment obtenir la carte de séjour ?\n",
        "    - Comment obtenir la carte de séjour ?\n"
        "- intent: regul/card\n  metadata: {language: fr, variety: field}\n  examples: |\n"
        "    - cmt avoir la carte vite\n    - jveu ma carte moi\n",
    )
    assert taught(project) == expected


def test_a_topic_of_the_other_language_gets_its_first_block(project: Path, correct: Correct) -> None:
    correct("بغيت نقرا الدارجة", "services.language", "ar")
    taught(project)
    yaml.read.cache_clear()
    assert [(e.topic, e.variety, e.text) for e in examples(project) if e.language == "ar"] == [
        ("services.school", "darija", "فين نقري ولدي"),
        ("services.language", "field", "بغيت نقرا الدارجة"),
    ]


def test_a_regression_case_is_written_beside_each(project: Path, correct: Correct) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    taught(project)
    cases = (project / training_files.REGRESSIONS).read_text(encoding="utf-8")
    assert cases == "topic\tvariety\ttext\nregul.card\tfield\tcmt avoir la carte vite\n"


@pytest.mark.parametrize(
    ("text", "topic", "outcome"),
    [
        ("comment obtenir la carte de sejour", "regul.card", teaching.KNOWN),
        ("Comment obtenir la carte de séjours ?", "regul.card", teaching.KNOWN),
        ("combien coute le timbre", "regul.card", teaching.CONFLICT),
        ("c koi le prix du timbre pr la carte", "regul.cost", teaching.MEASURED),
        ("C koi le prix du timbre pr la carte ?!", "regul.card", teaching.MEASURED),
        ("il respire plus du tout", "urgent.medical", teaching.MEASURED),
        ("06 12 34 56 78", "contact.find", teaching.EMPTY),
    ],
)
def test_what_is_known_measured_or_empty_is_not_taught(
    project: Path, correct: Correct, text: str, topic: str, outcome: str
) -> None:
    correct(text, topic)
    plan = teaching.plan(project)
    assert [one.name for one in plan.outcomes] == [outcome]
    assert plan.changes == {}


def test_the_same_correction_twice_is_one_example(project: Path, correct: Correct) -> None:
    correct("jveu ma carte moi", "regul.card")
    correct("JVEU ma carte, moi !", "regul.card")
    assert taught(project).count("carte moi") == 1
    assert not teaching.corrections()


def test_one_reader_is_not_enough(project: Path, correct: Correct) -> None:
    correct("jveu ma carte moi", "regul.card", agreed=False)
    assert not teaching.plan(project).outcomes


def test_nothing_personal_and_no_mark_of_it_is_learned(project: Path, correct: Correct) -> None:
    correct("je m'appelle Awa Diallo, 0612345678, jveu [ma](carte) \\n moi", "regul.card")
    text = taught(project)
    assert "Awa" not in text and "0612345678" not in text and "<" not in text
    assert "    - je m'appelle , , jveu ma (carte) n moi" in text


def test_the_patch_is_what_apply_does(project: Path, correct: Correct) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    correct("بغيت نقرا الدارجة", "services.language", "ar")
    plan = teaching.plan(project)
    patch = training_files.as_patch(project, plan.changes)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=project, check=True)
    assert {path: training_files.read(project, path) for path in plan.changes} == plan.changes


def test_the_page_shows_changes_and_makes_them_on_request(
    project: Path, correct: Correct, sign_in: Callable[..., Client]
) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    reviewer, page = sign_in("reviewer"), reverse("transcripts:teach")
    assert "+    - cmt avoir la carte vite" in reviewer.get(page).content.decode()
    assert (project / "data/nlu/fr/regul.yml").read_text(encoding="utf-8") == REGUL
    reviewer.post(page)
    assert "cmt avoir la carte vite" in (project / "data/nlu/fr/regul.yml").read_text(encoding="utf-8")
    assert Review.objects.get().exported
    assert AuditEntry.objects.get(action="taught").detail == "1"


def test_the_patch_is_taken_away_where_files_cannot_be_written(
    project: Path, correct: Correct, sign_in: Callable[..., Client]
) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    answer = sign_in("reviewer").post(reverse("transcripts:patch"))
    assert answer["Content-Disposition"] == 'attachment; filename="corrections.patch"'
    assert b"+    - cmt avoir la carte vite" in answer.content
    assert (project / "data/nlu/fr/regul.yml").read_text(encoding="utf-8") == REGUL


def test_a_restricted_message_is_not_shown_to_who_may_not_read_it(
    project: Path, correct: Correct, sign_in: Callable[..., Client]
) -> None:
    correct("mon mari frape moi", "urgent.violence", urgent=True)
    page = reverse("transcripts:teach")
    assert "mon mari" not in sign_in("reviewer").get(page).content.decode()
    assert "mon mari" in sign_in("admin").get(page).content.decode()
    assert sign_in("safeguarding").get(page).status_code == 403


def test_without_the_held_out_messages_nothing_is_taught(
    project: Path, correct: Correct, sign_in: Callable[..., Client]
) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    for path in (project / "tests").rglob("*.tsv"):
        path.unlink()
    with pytest.raises(CommandError, match="Teach in a checkout"):
        call_command("export_training")
    page = sign_in("reviewer").get(reverse("transcripts:teach")).content.decode()
    assert "Enseignez dans une copie du projet entier." in page


def test_the_command_writes_files_or_a_patch_and_reports(
    project: Path, correct: Correct, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    correct("cmt avoir la carte vite", "regul.card")
    call_command("export_training", patch=tmp_path / "a.patch")
    assert "+    - cmt avoir la carte vite" in (tmp_path / "a.patch").read_text(encoding="utf-8")
    assert (project / "data/nlu/fr/regul.yml").read_text(encoding="utf-8") == REGUL
    correct("jveu ma carte moi", "regul.card")
    call_command("export_training")
    assert "    - jveu ma carte moi\n" in (project / "data/nlu/fr/regul.yml").read_text(encoding="utf-8")
    report = capsys.readouterr().out
    assert "- regul.card (fr): jveu ma carte moi — " in report
    assert "Files: data/nlu/fr/regul.yml, tests/nlu/corrections/corrections.tsv" in report


def test_what_is_taught_passes_the_gates_of_the_data(project: Path, correct: Correct) -> None:
    """In the project's own files: the gates see what they would see after a real export."""
    correct("le guichet ma di de revenir avec un papier de la commune, lekel", "regul.documents")
    changes = teaching.plan(ROOT).changes
    assert set(changes) == {"data/nlu/fr/regul.yml", training_files.REGRESSIONS}
    for path in ("data/nlu", "tests/nlu"):
        subprocess.run(["cp", "-r", "--parents", path, project], cwd=ROOT, check=True)
    for path, content in changes.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    yaml.read.cache_clear()
    assert list(gates.check(project)) == []


@given(st.text(max_size=60))
def test_an_example_is_one_line_that_comes_back_as_it_is(text: str) -> None:
    example = training_files.as_example(text)
    assert training_files.as_example(example) == example
    if example:
        content = training_files.with_example(REGUL, "regul.card", "fr", example)
        lines = content.splitlines()
        assert len(lines) == len(REGUL.splitlines()) + 4
        assert f"    - {example}" in lines
