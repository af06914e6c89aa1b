"""What the action server takes: calls as the assistant makes them. Everything else is refused with one line.

rasa_sdk answers 500 to whatever it cannot read, unknown addresses included, with the request in the answer and a
traceback in the log; and it unpacks `deflate` to any size. The assistant packs nothing.
"""

from jsonschema import Draft202012Validator
from sanic import HTTPResponse, Request, Sanic, response
from sanic.exceptions import SanicException

from assistant.channels.heads import guard

_TEXT, _TEXTS = {"type": ["string", "null"]}, {"type": "array", "items": {"type": "string"}}
_POINT = {"type": ["array", "null"], "items": {"type": "number", "minimum": -180, "maximum": 180}, "minItems": 2}
_SEARCH = {
    "type": ["object", "null"],
    "properties": {
        **dict.fromkeys(("need", "organisation", "city", "missing", "wants", "place"), _TEXT),
        "near": _POINT,
        "nth": {"type": ["integer", "null"], "maximum": 100},
    },
}
_TURN = {"type": ["object", "null"], "properties": {"search": _SEARCH}}
_SLOTS = {"type": "object", "properties": {"shown": {"type": ["object", "null"], "additionalProperties": _TEXTS}}}
_TRACKER = {
    "type": "object",
    "required": ["sender_id", "slots", "latest_message"],
    "properties": {
        "sender_id": {"type": "string"},
        "slots": _SLOTS,
        "latest_message": {"type": "object", "properties": {"turn": _TURN}},
    },
}
# What the actions read of a call (JSON Schema); the assistant sends more (rasa.com, "Action server, HTTP API").
CALL = {
    "type": "object",
    "required": ["next_action", "tracker"],
    "properties": {"next_action": {"type": "string"}, "tracker": _TRACKER, "version": _TEXT},
}
# 400 would be an action's own refusal to Rasa, which reads more in it than is there.
NO_CALL = 422
_calls = Draft202012Validator(CALL)


def refuse_others(app: Sanic) -> None:
    """Let an action server refuse what is no call.

    Args:
        app: the SDK's application.
    """
    guard(app)
    app.register_middleware(_refuse, "request")
    app.error_handler.add(SanicException, _refused)


async def _refuse(request: Request) -> HTTPResponse | None:
    """Called by Sanic when a request was read."""
    if request.method != "POST":
        return None
    if request.headers.get("content-encoding"):
        return response.json({"error": "A call comes unpacked."}, 415)
    if not _calls.is_valid(request.json):
        return response.json({"error": "No action call."}, NO_CALL)
    return None


def _refused(_request: Request, error: SanicException) -> HTTPResponse:
    """No route, no JSON, too long: said as what it is."""
    return response.json({"error": str(error)}, error.status_code or 500)
