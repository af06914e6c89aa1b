"""What the action server takes: calls as the assistant makes them. Everything else is refused with one line.

rasa_sdk answers 500 to whatever it cannot read, unknown addresses included, with the request in the answer and a
traceback in the log; and it unpacks `deflate` to any size. The assistant packs nothing.
"""

import pluggy
from jsonschema import Draft202012Validator
from rasa_sdk.plugin import plugin_manager
from sanic import HTTPResponse, Request, Sanic, response
from sanic.exceptions import SanicException

from assistant.channels.heads import guard

hook = pluggy.HookimplMarker("rasa_sdk")
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


def install() -> None:
    """Let the action server that rasa_sdk starts refuse what is no call; before it is made."""
    plugin_manager().register(_Refusing())


class _Refusing:
    """A plugin of rasa_sdk's."""

    @hook
    def attach_sanic_app_extensions(self, app: Sanic) -> None:
        """Called by rasa_sdk when its app is there."""
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
