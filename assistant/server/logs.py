"""Logs without people: no message, entity, slot value or sender id in what the Rasa server writes.

Rasa logs what people write in four ways, and each is stopped where it begins:

- structlog calls with the message, entities or slots as values: only values whose name is known to be harmless stay;
- log lines with a sender id or a message in the middle: the id becomes a pseudonym, the rest of the line goes;
- exceptions: type and frames stay, values (which quote input), source lines and local variables go;
- Python warnings that quote an intent, an entity or a slot value.

A new release of Rasa can bring new lines: the test reads the log calls of the installed Rasa.
"""

import logging
import os
import re
import secrets
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TextIO

import structlog
from prometheus_client import Counter

from assistant.operation import json_lines
from assistant.privacy.redact import redact
from assistant.privacy.senders import pseudonym

HIDDEN = "…"
# Values of Rasa's structlog calls that say nothing about people; all other texts, lists and dicts are hidden.
HARMLESS = {
    *("event", "event_info", "exception", "level", "logger", "stack", "timestamp", "topic", "url", "host", "filename"),
    *("action_name", "action_extract_slot", "len_extraction_events", "placeholder_key", "rabbitmq_exchange"),
}
SENDERS = {"sender_id", "conversation_id", "sender", "recipient_id"}

_PERSON = "person-"
# Rasa's ways of saying whose conversation it is, to the last quote of the line: an id can hold quotes.
_QUOTED_ID = re.compile(
    r"(?i:\b(?:conversation(?:[ _]id)?|sender(?:[ _]id)?|tracker for id|recreating tracker for id)) '(?P<id>.*)'",
    re.DOTALL,
)
_BARE_ID = re.compile(
    r"/conversations/(?P<path>[^\s'\"/]+)|sessions for conversation ID (?P<id>.+)\.$|"
    r"^User (?P<sid>.+) (?:dis)?connected",
    re.DOTALL,
)
# What follows one of these is, or can quote, what a person wrote or a slot holds.
_QUOTING = re.compile(
    r"(?P<lead>Validating extracted slots: |resulted in these events: |because it is outdated \(|"
    r"Parsed an (?:intent|entity) '|Invalid entity specification: |Categorical slot '[\w.]+' is set to a value \(|"
    r"created with an initial value |"
    r"Request JSON: |Parameters: |as a result of error '|The request body is |Received NLG response: |"
    r"Misaligned entity annotation in message ').*",
    re.DOTALL,
)
_QUERY = re.compile(r"(https?://[^\s?]*)\?\S*")
_TRACEBACK = "Traceback (most recent call last):"
# An error's text shorter than this is no quotation, and replacing it would garble the line.
_SHORTEST_VALUE = 3
_KEY = secrets.token_bytes(32)
_OURS = ("assistant", "actions", "transcripts", "figures", "contacts", "accounts", "hsds")
_LINES = Counter(
    "dalil_log_lines_total",
    "Lines logged, by level and by who said it: a module of ours, or a library.",
    ["level", "logger"],
)


def set_up(process: str, log_format: str) -> None:
    """The log of one of our processes; may be called again, as `configure`.

    Args:
        process: what it is called (`assistant`).
        log_format: a setting.
    """
    configure()
    _LINES.labels("error", __name__)  # shown before the first line
    if log_format == "json":
        json_lines.use(process)


def configure(key: bytes | None = None) -> None:
    """Makes structlog, logging and warnings of this process say nothing about people.

    Cheap, and may be called again: after Rasa has set structlog up anew it must be.

    Args:
        key: of the pseudonyms; default is the environment variable LOG_KEY, else one that lives as long as the process.
    """
    global _KEY
    _KEY = key or os.environ.get("LOG_KEY", "").encode() or _KEY
    _configure_structlog()
    _wrap_record_factory()
    _wrap_showwarning()
    # It repeats the address of every request; nginx counts requests in production.
    logging.getLogger("sanic.access").disabled = True
    # At their lower levels they write whole requests: numbers, texts, the token.
    for name in ("pywa", "pywa_async", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # What a handler fails to write, logging would print in full on standard error.
    logging.raiseExceptions = False


def _configure_structlog() -> None:
    # Changed in place: loggers that were used before hold this very list.
    processors = structlog.get_config()["processors"]
    if without_people not in processors:
        context = structlog.contextvars.merge_contextvars
        processors.insert(processors.index(context) + 1 if context in processors else 0, without_people)


def without_people(_logger: object, method: str, values: structlog.types.EventDict) -> structlog.types.EventDict:
    """A structlog processor: harmless values stay, senders get their pseudonym, the rest is hidden.

    Args:
        method: name of the logging method; `exception` has an exception without saying so.
        values: of the log call.
    """
    caught = values.pop("exc_info", method == "exception")
    safe = {name: _safe_value(name, value) for name, value in values.items()}
    described = describe(_exception(caught))
    if described:
        safe["exception"] = described
    # Said so that no later processor looks for one: they show values and local variables.
    safe["exc_info"] = False
    return safe


def _safe_value(name: str, value: object) -> object:
    if name in SENDERS:
        return person(str(value))
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return without_person(str(value)) if name in HARMLESS else HIDDEN


def person(sender_id: str) -> str:
    """How a sender is called in the log."""
    return sender_id if sender_id.startswith(_PERSON) else _PERSON + pseudonym(sender_id, _KEY)


def without_person(line: str) -> str:
    """A log line in which nobody is named or quoted.

    Args:
        line: as a library formatted it.
    """
    line = _QUOTING.sub(rf"\g<lead>{HIDDEN}", line)
    line = _QUERY.sub(rf"\1?{HIDDEN}", line)
    for pattern in (_QUOTED_ID, _BARE_ID):
        line = pattern.sub(_with_pseudonym, line)
    return redact(line)


def _with_pseudonym(match: re.Match[str]) -> str:
    name = next(name for name, value in match.groupdict().items() if value is not None)
    start, end = (position - match.start() for position in match.span(name))
    whole = match.group()
    return whole[:start] + person(whole[start:end]) + whole[end:]


def describe(error: BaseException | None) -> str:
    """An exception and its causes by type and frames, without values; empty for none.

    Empty too for the end of the program, which has a line of its own (`StorageError`).
    """
    if isinstance(error, SystemExit):
        return ""
    return "\ncaused by ".join("\n".join([_name(one), *_frames(one.__traceback__)]) for one in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it was raised from or while, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _frames(tb: TracebackType | None) -> list[str]:
    return [
        f'  File "{frame.f_code.co_filename}", line {line}, in {frame.f_code.co_name}'
        for frame, line in traceback.walk_tb(tb)
    ]


def _exception(given: object) -> BaseException | None:
    """The exception that a log call means with `exc_info`."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1]
    return sys.exc_info()[1] if given else None


def _wrap_record_factory() -> None:
    inner = logging.getLogRecordFactory()
    if getattr(inner, "without_people", False):
        return

    def factory(*args: Any, **more: Any) -> logging.LogRecord:  # noqa: ANN401 (logging's own signature)
        return _safe_record(inner(*args, **more))

    factory.without_people = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(factory)


def _safe_record(record: logging.LogRecord) -> logging.LogRecord:
    """The record with its message final and safe, and its exception described."""
    error = _exception(record.exc_info)
    record.msg, record.args = _safe_message(record, error or sys.exc_info()[1]), ()
    # `exc_text` is what formatters write; without `exc_info` they do not make their own.
    record.exc_info, record.exc_text = None, describe(error) or None
    _LINES.labels(record.levelname.lower(), _said_by(record.name)).inc()
    return record


def _said_by(logger: str) -> str:
    """A module of ours, or a library as a whole."""
    whole = logger.partition(".")[0]
    return logger if whole in _OURS else whole


def _safe_message(record: logging.LogRecord, error: BaseException | None) -> str:
    if isinstance(record.msg, BaseException):
        return _name(record.msg)
    try:
        line = record.getMessage()
    except Exception:  # the values do not fit the words
        line = str(record.msg)
    if _TRACEBACK in line:
        line = line[: line.index(_TRACEBACK)] + describe(error)
    for one in _chain(error):
        for value in (str(one), repr(one)):
            if len(value) >= _SHORTEST_VALUE:
                line = line.replace(value, _name(one))
    for given in record.args if isinstance(record.args, tuple) else ():
        if isinstance(given, BaseException):
            line = line.replace(str(given) or HIDDEN, _name(given))
    return without_person(line)


def _wrap_showwarning() -> None:
    inner: Callable[..., None] = warnings.showwarning
    if getattr(inner, "without_people", False):
        return

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        inner(without_person(str(message)), category, filename, lineno, file, line)

    show.without_people = True  # type: ignore[attr-defined]
    warnings.showwarning = show
