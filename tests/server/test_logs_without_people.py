"""What the server writes about one marked message, of one marked sender, names neither."""

import ast
import json
import logging
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import rasa
import structlog

from assistant.paths import ROOT
from assistant.privacy.senders import pseudonym
from assistant.server import logs

WORD = 'Zanzibarkoul\'s "secret"'
SENDER = "whatsapp-212612345678'x"
PROGRAM = Path(__file__).with_name("marked_conversation.py")


# As our processes begin: the log first, and without what is never called.
BEGIN = """
import runpy, sys
from assistant.server import logs, standins
sys.meta_path.insert(0, standins._Finder(standins.HEAVY))
logs.set_up("assistant", "json")
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def output_of(form):
    begin = ["-c", BEGIN] if form == "json" else []
    command = [sys.executable, *begin, str(PROGRAM), WORD, SENDER, form]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, check=False
    )
    text = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, text
    return text


@pytest.fixture(scope="module")
def output():
    return output_of("text")


@pytest.fixture(scope="module")
def lines():
    """What the program logs as JSON, line by line; what it says itself is no log."""
    said = output_of("json").splitlines()
    return [json.loads(line) for line in said if not re.match(r"rest answered|unhandled answered", line)]


@pytest.mark.long
def test_without_the_module_they_are_named():
    """The program does what it is for: else the next test would hold for nothing."""
    text = output_of("as it is")
    assert text.count("Zanzibarkoul") > 20
    assert text.count("212612345678") > 5


def test_neither_message_nor_sender(output):
    said = [line for line in output.splitlines() if "Zanzibarkoul" in line or "212612345678" in line]
    assert said == []
    assert "0612345678" not in output


def test_what_an_engineer_needs_is_there(output):
    assert "rest answered 200 []" in output
    assert "unhandled answered 500" in output
    for needed in (
        "ValueError",
        "caused by KeyError",
        "in raises_with_the_word",
        "rest.message.received.failure",
        "Exception occurred while handling uri",
        "message.failed",
        "Parsed an intent",
        "Categorical slot 'kind' is set to a value",
        "Falling back to use the 'InMemoryTrackerStore'",
        "a line that stays, phone <phone>",
        "exception was never retrieved",
    ):
        assert needed in output
    assert re.search(r'File "[^"]*marked_conversation\.py", line \d+, in raises_with_the_word', output)
    assert "local_variable" not in output
    assert f"person-{pseudonym(SENDER, b'key')}" in output
    assert output.count("Acquiring lock for conversation 'person-") == 1
    assert '"GET' not in output and "GET http" not in output


def test_as_json_each_line_is_one_object(lines):
    assert len(lines) > 20
    for line in lines:
        assert {"time", "level", "logger", "process", "request", "message"} <= line.keys()
        assert line["process"] == "assistant"


def test_as_json_neither_message_nor_sender(lines):
    found = [line for line in lines if re.search("Zanzibarkoul|0?612345678", "\n".join(texts(line)))]
    assert found == []


def texts(value):
    """Every text in a line, as it reads when it is decoded."""
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, list) else [str(value)]


def test_as_json_it_says_what_an_engineer_needs(lines):
    failed = next(line for line in lines if line["message"] == "rest.message.received.failure")
    assert (failed["level"], failed["logger"]) == ("error", "__main__")
    assert failed["values"]["sender_id"] == f"person-{pseudonym(SENDER, b'key')}"
    assert failed["values"]["text"] == failed["values"]["slots"] == logs.HIDDEN
    assert re.search(r"^ValueError\n[\s\S]*in raises_with_the_word\ncaused by KeyError", failed["exception"])
    warned = [line["message"] for line in lines if line["logger"] == "py.warnings"]
    assert any("Categorical slot 'kind' is set to a value" in message for message in warned)
    ended = [line["exception"] for line in lines if line["message"] == "The process ends by an error."]
    assert ended == ["ValueError"]


def log_lines_of_rasa():
    """Every log line and warning of Rasa's running parts that has a message, a slot value or a sender in it."""
    personal = re.compile(
        r"sender_id|conversation_id|\bsid\b|slot_candidates|events_as_str|reminder_event|request\.json|\bparameters\b|"
        r"^(intent|entity|entities|text)$|self\.value$|latest_message|json\.dumps"
    )
    package = Path(rasa.__file__).parent
    parts = ["core/*.py", "core/actions/*.py", "core/nlg/*.py", "core/policies/*.py", "shared/core/*.py", "server.py"]
    parts += ["core/channels/rest.py", "core/channels/socketio.py", "core/channels/channel.py", "engine/**/*.py"]
    offline = {
        "exporter.py",
        "test.py",
        "training",
        "tracker_featurizers.py",
        "ted_policy.py",
        "unexpected_intent_policy.py",
    }
    for file in sorted(file for part in parts for file in package.glob(part) if file.name not in offline):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = ast.unparse(call.func)
            if not re.search(r"^logger\.|raise_warning$|warnings\.warn$", name):
                continue
            line = call.args[0]
            if isinstance(line, ast.Call) and ast.unparse(line.func).endswith(".format"):
                words = ast.literal_eval(line.func.value).split("{}")
                pieces = [p for pair in zip(words, [*line.args, None], strict=False) for p in pair if p is not None]
            else:
                pieces = line.values if isinstance(line, ast.JoinedStr) else []
            text, marked = "", False
            for piece in pieces:
                if isinstance(piece, str | ast.Constant):
                    text += piece if isinstance(piece, str) else piece.value
                    continue
                source = ast.unparse(piece.value if isinstance(piece, ast.FormattedValue) else piece)
                marked = marked or bool(personal.search(source))
                text += WORD if personal.search(source) else "harmless"
            if marked:
                yield pytest.param(text, id=f"{file.relative_to(package)}:{call.lineno}")


@pytest.mark.parametrize("line", log_lines_of_rasa())
def test_each_line_of_rasa_that_names_or_quotes(line):
    assert "Zanzibarkoul" in line
    assert "Zanzibarkoul" not in logs.without_person(line)
    assert logs.without_person(logs.without_person(line)) == logs.without_person(line)


def test_lines_of_rasa_were_found():
    assert len(list(log_lines_of_rasa())) >= 20


@pytest.mark.parametrize(
    "line",
    [
        "Loading model models/20260101-100000-hardy-mesa.tar.gz...",
        "Starting Rasa server on http://0.0.0.0:5005",
        "Predicted next action 'utter_iom' with confidence 1.00.",
        "Failed to run custom action 'action_iom'. Couldn't connect to the server at 'http://localhost:5055/webhook'.",
        "Conversations are not stored. /work/var/conversations.db has no room: free space on its disk (df -h).",
    ],
)
def test_lines_about_nobody_stay(line):
    assert logs.without_person(line) == line


def test_configuring_twice_changes_nothing_more():
    before = (logging.getLogRecordFactory(), warnings.showwarning, list(structlog.get_config()["processors"]))
    try:
        logs.configure()
        once = (logging.getLogRecordFactory(), warnings.showwarning, list(structlog.get_config()["processors"]))
        logs.configure()
        assert once == (logging.getLogRecordFactory(), warnings.showwarning, structlog.get_config()["processors"])
        assert logs.without_people in once[2]
    finally:
        logging.setLogRecordFactory(before[0])
        warnings.showwarning = before[1]
        structlog.get_config()["processors"][:] = before[2]
        logging.getLogger("sanic.access").disabled = False
        logging.raiseExceptions = True
