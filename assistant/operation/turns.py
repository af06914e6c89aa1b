"""What is counted of each turn: how many, how long, what was decided, which action failed. Nobody is named by it.

Everything here is counted in memory: a turn asks the database for nothing more.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
from prometheus_client import Counter, Histogram
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

CHANNELS = ("web", "whatsapp", "rest", "socketio")
DECISIONS = ("answer", "ask", "lost", "out_of_scope")
OTHER = "other"
KINDS = ("slow", "unreachable", "refused", OTHER)  # why an action did not answer
# Seconds: a plain answer takes some hundredths, one with contacts up to ACTION_TIMEOUT (2), the web channel waits 20.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

SECONDS = Histogram(
    "dalil_turn_seconds", "Time of a turn, waiting for the person's earlier one included.", ["channel"], buckets=BUCKETS
)
FAILED = Counter("dalil_turns_failed_total", "Turns without a reply.", ["channel"])
DECIDED = Counter("dalil_turns_total", "Messages by what was decided on them.", ["channel", "decision"])
URGENT = Counter("dalil_urgent_replies_total", "Replies about a danger.", ["channel"])
ACTIONS = Counter("dalil_action_calls_total", "Calls of the action server.", ["action"])
ACTION_ERRORS = Counter("dalil_action_errors_total", "Calls of the action server that failed.", ["kind"])
for _kind_of_error in KINDS:  # a rate needs a first value
    ACTION_ERRORS.labels(_kind_of_error)
for _channel in CHANNELS:
    FAILED.labels(_channel)
    URGENT.labels(_channel)
    for _decision in DECISIONS:
        DECIDED.labels(_channel, _decision)

_handle_message = Agent.handle_message
_log_message = MessageProcessor.log_message
_run = RemoteAction.run


def watch() -> None:
    """Count the turns of this process; may be called again."""
    Agent.handle_message = _timed
    MessageProcessor.log_message = _counted
    RemoteAction.run = _watched


async def _timed(agent: Agent, message: UserMessage) -> Sequence[dict[str, Any]] | None:
    channel, begin = _known(message.input_channel, CHANNELS), time.perf_counter()
    try:
        said: Sequence[dict[str, Any]] | None = await _handle_message(agent, message)
    except Exception:
        FAILED.labels(channel).inc()
        raise
    finally:
        SECONDS.labels(channel).observe(time.perf_counter() - begin)
    if said is not None and not said:
        FAILED.labels(channel).inc()
    return said


async def _counted(processor: MessageProcessor, message: UserMessage, *args: Any, **more: Any) -> DialogueStateTracker:  # noqa: ANN401 - Rasa's own
    tracker = await _log_message(processor, message, *args, **more)
    turn = (tracker.latest_message.parse_data or {}).get("turn") if tracker.latest_message else None
    if isinstance(turn, dict):
        channel = _known(message.input_channel, CHANNELS)
        DECIDED.labels(channel, _known(turn.get("decision"), DECISIONS)).inc()
        if turn.get("urgent"):
            URGENT.labels(channel).inc()
    return tracker


async def _watched(action: RemoteAction, *args: Any, **more: Any) -> list[Event]:  # noqa: ANN401 - Rasa's own
    ACTIONS.labels(action.name()).inc()
    try:
        events: list[Event] = await _run(action, *args, **more)
    except Exception as error:
        ACTION_ERRORS.labels(_kind(error)).inc()
        raise
    return events


def _kind(error: Exception) -> str:
    """What kept an action from answering, one of `KINDS`."""
    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(cause, asyncio.TimeoutError) for cause in causes):
        return "slow"
    if any(isinstance(cause, aiohttp.ClientConnectionError) for cause in causes):
        return "unreachable"
    return "refused" if isinstance(error, RasaException) else OTHER


def _known(value: object, known: Sequence[str]) -> str:
    """A value that can be a label."""
    return str(value) if value in known else OTHER
