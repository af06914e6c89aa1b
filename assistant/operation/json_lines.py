"""Log lines as JSON, one object a line, for whatever collects logs (`LOG_FORMAT=json`).

`assistant.server.logs` keeps people out of lines before they come here. Rasa, its SDK, gunicorn and Django each bring
handlers of their own, some of them late: so what all handlers share is changed.
"""

import json
import logging
import math
import os
import sys
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

import structlog

from assistant.operation import request_ids

# What structlog's values are called on the record; no library sets it.
_VALUES = "dalil_values"
_process = ""


def use(process: str) -> None:
    """Write all log lines of this process so from here on.

    Cheap, and may be called again: after Rasa has set structlog up anew it must be.

    Args:
        process: what the process is called in each line.
    """
    global _process
    _process = process
    logging.Handler.format = _formatted  # type: ignore[assignment]
    logging.captureWarnings(True)
    sys.excepthook, threading.excepthook = _uncaught, _uncaught_in_thread
    if not isinstance(structlog.get_config()["logger_factory"], structlog.stdlib.LoggerFactory):
        structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())  # left to itself it prints
    processors = structlog.get_config()["processors"]
    if processors[-1] is not _to_logging:
        processors[-1] = _to_logging  # the last one renders


def used() -> bool:
    """Whether this process writes its log lines so."""
    return bool(_process)


def line(
    level: str, logger: str, message: str, exception: str | None = None, values: Mapping[str, object] | None = None
) -> str:
    """One line.

    Args:
        level: `error`.
        logger: who says it.
        message: what.
        exception: the exception behind it, described.
        values: what else is to be known.
    """
    content = {
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "level": level,
        "logger": logger,
        "process": _process,
        "pid": os.getpid(),
        "request": request_ids.current() or None,
        "message": message,
        **({"exception": exception} if exception else {}),
        **({"values": {name: _plain(value) for name, value in values.items()}} if values else {}),
    }
    return json.dumps(content)


def _formatted(_handler: logging.Handler, record: logging.LogRecord) -> str:
    values = dict(getattr(record, _VALUES, {}))
    exception = values.pop("exception", None) or record.exc_text
    return line(record.levelname.lower(), record.name, record.getMessage(), exception, values)


def _plain(value: object) -> object:
    """A value as JSON has it."""
    known = value is None or isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value))
    return value if known else str(value)


def _to_logging(_logger: object, _method: str, values: dict[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    """structlog's last processor: the words as the message, all else beside it."""
    event = str(values.pop("event", ""))
    for name in ("exc_info", "level", "logger", "timestamp"):
        values.pop(name, None)
    return (str(values.pop("event_info", event)),), {"extra": {_VALUES: {"event": event, **values}}}


def _uncaught(kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("The process ends by an error.", exc_info=error)


def _uncaught_in_thread(what: threading.ExceptHookArgs) -> None:
    logging.getLogger(__name__).error("A thread ended by an error.", exc_info=what.exc_value)
