"""Rasa's RulePolicy, which looks only at the rules that can apply and only as far back as a rule reaches.

Rasa's own tries every rule against a state of every turn since the conversation began, and does so twice: first by the
text of the message, also when no rule holds a text. What it decides is Rasa's own here too: this class leaves out what
cannot matter, and hands on to Rasa's whatever is unusual (an open form, no rule that applies). `config.yml` names it;
with `RulePolicy` there instead, Rasa's own serves.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import takewhile
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

Key = tuple[str | None, str | None]  # last action, and intent; None where a rule names none
Found = tuple[str | None, str | None, bool]  # action, rule, whether a form is returned to


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class IndexedRulePolicy(RulePolicy):
    """See module."""

    def __init__(self, *args: Any, lookup: dict[str, Any] | None = None, **more: Any) -> None:  # noqa: ANN401
        super().__init__(*args, lookup=lookup, **more)
        # In training there is no lookup yet, and Rasa's own way is taken.
        rules: Mapping[str, str] = (lookup or {}).get(RULES, {})
        states = {rule: self._rule_key_to_state(rule) for rule in rules}
        self._reach = {rule: len(states[rule]) for rule in rules}
        self._index: dict[Key, dict[str, str]] = defaultdict(dict)
        for rule, action in rules.items():
            self._index[_key(states[rule][-1])][rule] = action
        forms = (lookup or {}).get(RULES_FOR_LOOP_UNHAPPY_PATH)
        # Only a rule that waits for a message of any intent can apply to a text.
        self._by_text = bool(forms or self._index.get((ACTION_LISTEN_NAME, None)) or self._index.get((None, None)))

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Found:
        """Called by Rasa's `_predict`, by text and then by intent."""
        if not self._index or tracker.active_loop_name:
            return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        if use_text_for_last_user_input and (not self._by_text or tracker.latest_action_name != ACTION_LISTEN_NAME):
            return None, None, False
        states = self._states(tracker, domain, use_text_for_last_user_input, 1)
        candidates = self._candidates(states[-1])
        reach = max((self._reach[rule] for rule in candidates), default=1)
        if reach > 1:
            states = self._states(tracker, domain, use_text_for_last_user_input, reach)
        applying = self._get_possible_keys(candidates, states)
        if not applying:  # Rasa then gives all states of the conversation as the reason
            return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        rule = max(applying, key=len)
        return self.lookup[RULES][rule], rule, False

    def _states(self, tracker: DialogueStateTracker, domain: Domain, by_text: bool, reach: int) -> list[State]:
        """The last states of a conversation, as Rasa's featurizer shows them to a policy."""
        recent = [_Recent(tracker, reach)]
        states: list[State] = self.featurizer.prediction_states(recent, domain, use_text_for_last_user_input=by_text)[0]
        return states

    def _candidates(self, state: State) -> dict[str, str]:
        """Rules that may apply in a state, with their action."""
        action, intent = state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)
        places: set[Key] = {(action, intent), (action, None), (None, None)}
        return {rule: action for place in places for rule, action in self._index.get(place, {}).items()}


def _key(state: State) -> Key:
    """Where a rule stands in the index, by its last state."""
    action = state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    return (action, state.get(USER, {}).get(INTENT) or None) if action else (None, None)


class _Recent:
    """The last states of a conversation, for Rasa's featurizer."""

    def __init__(self, tracker: DialogueStateTracker, reach: int) -> None:
        self._tracker, self._reach = tracker, reach

    def past_states(self, domain: Domain, **_: object) -> list[State]:
        """The states before the last actions, and the present one, which needs no replay."""
        if self._reach == 1:
            return [domain.get_active_state(self._tracker)]
        events = self._tracker.applied_events()
        if self._reach == 2 and (before := _before_last_action(self._tracker, events)):
            return [domain.get_active_state(before), domain.get_active_state(self._tracker)]
        acted = [number for number, event in enumerate(events) if isinstance(event, ActionExecuted)]
        shown = set(acted[len(acted) - self._reach + 1 :] if len(acted) >= self._reach else acted)
        past, states = self._tracker.init_copy(), deque[State]()
        for number, event in enumerate(events):
            if number in shown:
                states.append(domain.get_active_state(past))
            past.update(event)
        return [*states, domain.get_active_state(past)]


def _before_last_action(tracker: DialogueStateTracker, events: Sequence[Event]) -> DialogueStateTracker | None:
    """A conversation as it was before its last action, if the assistant only said something since; else None."""
    since = [*takewhile(lambda event: not isinstance(event, ActionExecuted), reversed(events))]
    if not all(isinstance(event, BotUttered) for event in since):
        return None
    earlier = (event for event in reversed(events[: -len(since) - 1]) if isinstance(event, ActionExecuted))
    action = next(earlier, None)
    if action is None:
        return None
    then = copy(tracker)
    then.set_latest_action(action.as_sub_state())
    return then
