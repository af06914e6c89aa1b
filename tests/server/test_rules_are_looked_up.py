"""Whatever a conversation was, the rule that is looked up is the one that Rasa's RulePolicy finds."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core import events as said
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.paths import MODELS
from assistant.server.models import newest_model
from assistant.server.rules import IndexedRulePolicy

CONFIG = {"core_fallback_action_name": "utter_lost", "core_fallback_threshold": 0.3}


def state(action=None, intent=None, text=None, **slots):
    made = {}
    if action:
        made["prev_action"] = {"action_name": action}
    user = {name: value for name, value in (("intent", intent), ("text", text)) if value}
    if user:
        made["user"] = user
    if slots:
        made["slots"] = slots
    return made


def rule(*states):
    return json.dumps(list(states), sort_keys=True)


# Beside our own rules: kinds that we have none of.
OTHER_RULES = {
    rule(state("action_listen", "menu")): "utter_menu",
    rule(state("action_listen", text="bonjour")): "utter_chat",
    rule(state("action_listen")): "utter_lost",
    rule(state(), state("action_listen", "iom")): "utter_iom",
    rule(state("utter_iom", "iom"), state("action_listen", "iom")): "utter_lost",
    rule(state("utter_menu", "menu"), state("action_listen", "iom"), state("utter_iom", "iom")): "action_listen",
    rule(state("action_listen", "regul", answered=[1.0, 0.0])): "utter_regul",
    rule(state("action_listen", "regul", answered="should_not_be_set")): "utter_lost",
    rule(state("utter_regul", "regul")): "utter_menu",
    rule(state("action_listen", "regul"), state("utter_regul")): "utter_chat",
    rule(state("utter_lost")): "action_listen",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Storage, domain and resource of the trained rules."""
    folder = tmp_path_factory.mktemp("model")
    storage, metadata = LocalModelStorage.from_model_archive(folder, newest_model(MODELS))
    name = next(path.name for path in folder.glob("train_*RulePolicy*"))
    return storage, metadata.domain, Resource(name)


@pytest.fixture(scope="module")
def pairs(model):
    """Rasa's policy and ours, with our own rules and with others."""
    storage, _, resource = model
    context = ExecutionContext(GraphSchema({}))
    kinds = (RulePolicy, IndexedRulePolicy)
    trained = [kind.load({**kind.get_default_config(), **CONFIG}, storage, resource, context) for kind in kinds]
    lookup = {**trained[0].lookup, "rules": OTHER_RULES, "rules_not_in_stories": list(OTHER_RULES)}
    other = [
        kind(
            {**kind.get_default_config(), **CONFIG},
            storage,
            resource,
            context,
            featurizer=trained[0].featurizer,
            lookup=deepcopy(lookup),
        )
        for kind in kinds
    ]
    return trained, other


INTENTS = ["iom", "menu", "regul", "contact.iom", "contact.cities", "lost", "restart", "nobody_knows_it"]
ACTIONS = ["action_listen", "utter_iom", "utter_menu", "utter_regul", "utter_lost", "utter_contact.unavailable"]
ACTIONS += ["action_contact_iom", "action_session_start", "action_restart"]

users = st.builds(
    lambda intent, text, entities: said.UserUttered(
        text, {"name": intent, "confidence": 1.0}, [{"entity": name, "value": "x"} for name in entities]
    ),
    st.sampled_from(INTENTS),
    st.sampled_from(["bonjour", "autre", ""]),
    st.lists(st.sampled_from(["city", "need"]), max_size=1),
)
acts = st.builds(
    lambda name, hidden: said.ActionExecuted(name, hide_rule_turn=hidden), st.sampled_from(ACTIONS), st.booleans()
)
slots = st.builds(
    said.SlotSet, st.sampled_from(["answered", "language", "topic"]), st.sampled_from([True, False, None, "fr", "ar"])
)
rare = st.sampled_from(
    [
        said.Restarted(),
        said.UserUtteranceReverted(),
        said.ActionReverted(),
        said.SessionStarted(),
        said.AllSlotsReset(),
        said.ActiveLoop("utter_menu"),
        said.ActiveLoop(None),
        said.ActionExecutionRejected("utter_menu"),
        said.BotUttered("…"),
    ]
)
# Turns as they usually go, so that rules are met: whole, with more after them, or in a form that was refused.
usual = st.builds(
    lambda name, form, more: [
        *([said.ActiveLoop("utter_menu")] if form else []),
        said.ActionExecuted("action_listen"),
        said.UserUttered("bonjour", {"name": name}),
        *([said.ActionExecutionRejected("utter_menu")] if form else []),
        said.ActionExecuted(f"utter_{name}"),
        *more,
    ],
    st.sampled_from(["iom", "menu", "regul"]),
    st.sampled_from([False, False, False, True]),
    st.lists(st.one_of(users, acts, slots, rare), max_size=1),
)
odd = st.lists(st.one_of(users, acts, slots, rare), max_size=3)
conversations = st.lists(st.one_of(usual, usual, odd), max_size=5)
cut = st.integers(0, 3)


def outcome(policy, tracker, domain):
    prediction = policy.predict_action_probabilities(tracker, domain)
    return (
        prediction.probabilities,
        [event.as_dict() for event in prediction.events],
        prediction.is_end_to_end_prediction,
        prediction.is_no_user_prediction,
        prediction.hide_rule_turn,
        prediction.policy_priority,
    )


def without_times(found):
    probabilities, events, *rest = found
    return probabilities, [{k: v for k, v in event.items() if k != "timestamp"} for event in events], *rest


@given(talk=conversations, cut=cut)
@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_conversation_gets_the_same_prediction(model, pairs, talk, cut):
    domain = model[1]
    events = [event for turn in talk for event in turn]
    tracker = DialogueStateTracker.from_events("somebody", events[: len(events) - cut], domain.slots, domain=domain)
    for rasas, ours in pairs:
        expected, found = outcome(rasas, tracker, domain), outcome(ours, tracker, domain)
        assert without_times(found) == without_times(expected), events


def test_every_rule_of_ours_is_found(model, pairs):
    """Each intent of a rule, alone and after a turn before it."""
    domain, (rasas, ours) = model[1], pairs[0]
    met = set()
    for key in rasas.lookup["rules"]:
        states = json.loads(key)
        events = [said.ActionExecuted("action_listen"), said.UserUttered("x", {"name": "menu"})]
        for number, one in enumerate(states):
            events.append(said.ActionExecuted(one["prev_action"]["action_name"]))
            if number == 0 and "user" in one:
                events.append(said.UserUttered("x", {"name": one["user"]["intent"]}))
            if one.get("slots"):
                events.append(said.SlotSet("answered", one["slots"]["answered"] == [1.0, 1.0]))
        tracker = DialogueStateTracker.from_events("somebody", events, domain.slots, domain=domain)
        expected = outcome(rasas, tracker, domain)
        assert outcome(ours, tracker, domain) == expected
        met.add(domain.action_names_or_texts[max(range(len(expected[0])), key=expected[0].__getitem__)])
    assert len(met) >= len(set(rasas.lookup["rules"].values())) - 1
