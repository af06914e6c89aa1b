"""A topic without examples, answer or rule, and the other way round; links that lead nowhere."""

import pytest

from quality.coverage import LEAST


def test_the_small_project_passes(project):
    assert project.problems() == []


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_too_few_examples(project, language):
    name = f"data/nlu/{language}/regul.yml"
    project.replace(name, f"    - {project.examples(name)[0]}\n", "")
    least = LEAST[language]
    assert project.problems() == [
        f"examples: {name}: regul.card has {least - 1} examples, {least} are needed. Write more."
    ]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_no_examples(project, language):
    (project.root / f"data/nlu/{language}/contact.yml").unlink()
    assert project.problems() == [
        f"examples: data/nlu/{language}/contact.yml: contact.find has 0 examples, {LEAST[language]} are needed."
        " Write more."
    ]


def test_lines_that_rasa_passes_over_are_no_examples(project):
    name = "data/nlu/fr/regul.yml"
    project.replace(name, f"    - {project.examples(name)[0]}\n", "    une ligne sans tiret\n")
    assert project.problems() == [f"examples: {name}: regul.card has 29 examples, 30 are needed. Write more."]


def test_examples_of_no_topic(project):
    name = "data/nlu/fr/regul.yml"
    project.write(name, project.read(name) + "- intent: regul/ghost\n  examples: |\n    - bidule machin truc\n")
    assert project.problems() == [
        f"examples: {name}: regul.ghost has examples but is no topic of data/topics that is asked for."
        " Add it or rename it."
    ]


def test_examples_of_a_button(project):
    """A few words must never erase a conversation."""
    name = "data/nlu/fr/regul.yml"
    project.write(name, project.read(name) + "- intent: chat.erased\n  examples: |\n    - bidule machin truc\n")
    assert [p for p in project.problems() if "chat.erased has examples but is no topic" in p]


@pytest.mark.parametrize(
    ("name", "file", "action"),
    [("utter_regul/card", "regul", "utter_regul"), ("utter_contact.find", "contact", "utter_contact.find")],
)
def test_no_answer(project, name, file, action):
    for answers in ("data/answers/regul.yml", "data/answers/chat.yml"):
        blocks = project.read(answers).split("\n  utter_")
        project.write(answers, "\n  utter_".join(b for b in blocks if not b.startswith(name.removeprefix("utter_"))))
    rules = "data/dialogue/rules.yml"
    assert project.problems() == [
        f"answers: data/answers/{file}.yml: {name} has no text in 'ar'. Write it.",
        f"answers: data/answers/{file}.yml: {name} has no text in 'fr'. Write it.",
        f"rules: {rules}: a rule says {action}, which does not exist. Write it or rename it.",
    ]


def test_no_answer_in_arabic(project):
    name = "data/answers/regul.yml"
    content = project.read(name)
    start = content.index("  - condition")
    project.write(name, content[:start] + content[content.index("  utter_follow/card_cost") :])
    assert project.problems() == [f"answers: {name}: utter_regul/card has no text in 'ar'. Write it."]


def test_a_line_of_the_dialogue_in_french_only(project):
    name = "data/answers/chat.yml"
    content = project.read(name)
    start = content.index("  - condition", content.index("  utter_lost_again:"))
    end = content.index("\n  utter_", start)
    project.write(name, content[:start].rstrip() + content[end:])
    assert project.problems() == [f"answers: {name}: utter_lost_again has no text in 'ar'. Write it."]


def test_an_answer_of_an_action_in_french_only(project):
    name = "data/answers/chat.yml"
    metadata = '{sources: [], as_of: null, read_on: "2026-11", status: none}'
    text = f"  utter_contact.unavailable:\n  - text: Pardon.\n    metadata: {metadata}\n"
    project.write(name, project.read(name) + text)
    assert project.problems() == [f"answers: {name}: utter_contact.unavailable has no text in 'ar'. Write it."]


def test_an_answer_for_one_channel_only_is_none(project):
    project.replace("data/answers/regul.yml", "  - condition", "  - channel: whatsapp\n    condition")
    assert project.problems() == [
        "answers: data/answers/regul.yml: utter_regul/card has no text in 'ar'. Write it.",
    ]


def test_an_answer_to_nothing(project):
    project.replace("data/topics/topics.yml", "cost: follow.card_cost, ", "")
    assert project.problems() == [
        "answers: data/answers/regul.yml: utter_follow/card_cost is said by nothing. Remove it or give it a topic."
    ]


def test_no_rule(project):
    name = "data/dialogue/rules.yml"
    project.replace(name, "- rule: regul\n  steps: [{intent: regul}, {action: utter_regul}]\n", "")
    assert project.problems() == [f"rules: {name}: regul has no rule: it would get no reply. Add one."]


def test_a_rule_inside_a_form_is_not_enough(project):
    name = "data/dialogue/rules.yml"
    project.replace(name, "- rule: regul\n", "- rule: regul\n  condition: [{active_loop: contact_form}]\n")
    assert project.problems() == [f"rules: {name}: regul has no rule: it would get no reply. Add one."]


def test_a_rule_of_no_intent(project):
    name = "data/dialogue/rules.yml"
    rule = "- rule: ghost\n  steps: [{or: [{intent: ghost}, {intent: regul}]}, {action: utter_ghost}]\n"
    project.write(name, project.read(name) + rule)
    assert project.problems() == [
        f"rules: {name}: a rule says utter_ghost, which does not exist. Write it or rename it.",
        "rules: domain.yml: ghost has topics or a rule but is not declared. Declare it.",
    ]


def test_a_topic_of_no_intent(project):
    project.replace("domain.yml", "chat, ", "")
    name = "data/dialogue/rules.yml"
    project.replace(name, "- rule: chat\n  steps: [{intent: chat}, {action: utter_chat}]\n", "")
    assert project.problems() == ["rules: domain.yml: chat has topics or a rule but is not declared. Declare it."]


def test_an_intent_of_no_topic(project):
    project.replace("domain.yml", "[regul", "[ghost, regul")
    name = "data/dialogue/rules.yml"
    rule = "- rule: ghost\n  steps: [{intent: ghost}, {action: utter_lost}]\n"
    project.write(name, project.read(name) + rule)
    assert project.problems() == [
        "rules: domain.yml: ghost is declared but no topic leads to it. Remove it or add one."
    ]


TOPICS = "data/topics/topics.yml"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("next: [contact.find]", "next: [regul.ghost]", "regul.card offers regul.ghost, which does not exist."),
        ("menu: [regul.card]", "menu: [menu.ghost]", "menu regul offers menu.ghost, which does not exist."),
        ("where: contact.find", "where: regul.ghost", "regul.card: the follow-up on where leads to regul.ghost, which"),
        ("where: contact.find", "where: follow.ghost", "regul.card: the follow-up on where leads to follow.ghost, w"),
        ("where: contact.find", "where: language.ar", "regul.card: the follow-up on where leads to language.ar, wh"),
        ("where: contact.find", "price: contact.find", "regul.card follows up price, which nobody asks"),
    ],
)
def test_links_that_lead_nowhere(project, old, new, problem):
    project.replace(TOPICS, old, new)
    (found,) = project.problems()
    assert found.startswith(f"links: {TOPICS}: {problem}")
    assert found.endswith(("Add it or offer another.", "Write it.", "Rename it."))
