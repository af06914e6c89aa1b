"""Dates without quotes, and files that the other gates would not see."""

import pytest

from quality import __main__ as command


def test_a_date_without_quotes_in_an_answer(project):
    name = "data/answers/regul.yml"
    project.replace(name, 'as_of: "2014-03"', "as_of: 2014-03-10", times=2)
    assert (
        f"unquoted date: {name}: responses.utter_regul/card.0.metadata.as_of is 2014-03-10 without quotes:"
        " training stops. Write '2014-03-10'."
    ) in project.problems()


def test_a_date_without_quotes_in_the_examples(project):
    name = "data/nlu/fr/regul.yml"
    project.replace(name, "variety: standard", "variety: standard, written: 2026-11-02")
    assert project.problems() == [
        f"unquoted date: {name}: nlu.0.metadata.written is 2026-11-02 without quotes: training stops."
        " Write '2026-11-02'."
    ]


@pytest.mark.parametrize("name", ["data/nlu/regul.yml", "data/nlu/fr/more.yaml", "data/answers/more.yml"])
def test_examples_that_no_gate_reads(project, name):
    project.write(name, "nlu:\n- intent: regul/card\n  examples: |\n    - bidule\n")
    assert project.problems() == [
        f"strays: {name}: `nlu` stands outside data/nlu/fr and data/nlu/ar. Move it to a .yml there."
    ]


def test_answers_that_no_gate_reads(project):
    project.write("domain.yml", project.read("domain.yml") + "responses: {utter_more: [{text: Bonjour}]}\n")
    assert project.problems() == [
        "strays: domain.yml: `responses` stands outside data/answers. Move it to a .yml there."
    ]


def test_the_command_fails(project, monkeypatch, capsys):
    project.replace("data/topics/topics.yml", '"Trouver"', f'"{"x" * 21}"')
    _run_on(project, monkeypatch)
    assert command.main() == 1
    printed = capsys.readouterr()
    assert "titles: data/topics/topics.yml: the button of contact.find" in printed.err
    assert printed.out.startswith("topic ")
    assert printed.out.endswith("1 problems\n")


def test_the_command_passes(project, monkeypatch, capsys):
    _run_on(project, monkeypatch)
    assert command.main() == 0
    assert capsys.readouterr().out.endswith("no problem found\n")


def test_no_yaml(project, monkeypatch, capsys):
    project.write("data/nlu/fr/regul.yml", "nlu: [")
    _run_on(project, monkeypatch)
    assert command.main() == 1
    assert "data/nlu/fr/regul.yml: not readable as YAML." in capsys.readouterr().err


def _run_on(project, monkeypatch):
    found, report = command.problems, command.examples.variety_report
    monkeypatch.setattr(command, "problems", lambda: found(project.root))
    monkeypatch.setattr(command.examples, "variety_report", lambda: report(project.root))
