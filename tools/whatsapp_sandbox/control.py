"""The control side, for tests and for the page: what a person does, what was seen, what is to go wrong."""

import asyncio
import json
import re
from typing import Any

import aiohttp
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as json_response

from tools.whatsapp_sandbox.conversations import Person
from tools.whatsapp_sandbox.faults import Faults, FaultsError
from tools.whatsapp_sandbox.sandbox import Sandbox

_NUMBER = re.compile(r"\d{7,15}")
_OPTIONS = {"context": dict, "only_user_id": bool, "timestamp": int, "name": str}


class ControlError(ValueError):
    """A call of the control side cannot be done; the text says what is needed."""


def control(sandbox: Sandbox) -> Blueprint:
    """Routes of the control side."""
    routes = Blueprint("control")
    _add_doing(routes, sandbox)
    _add_looking(routes, sandbox)

    @routes.exception(ControlError, FaultsError)
    async def explain(request: Request, error: ValueError) -> HTTPResponse:
        return json_response({"error": str(error)}, 400)

    return routes


def _add_doing(routes: Blueprint, sandbox: Sandbox) -> None:
    @routes.post("/sandbox/messages")
    async def messages(request: Request) -> HTTPResponse:
        return json_response({"id": sandbox.say(**_said(_json(request)))})

    @routes.post("/sandbox/webhooks")
    async def webhooks(request: Request) -> HTTPResponse:
        try:
            status, seconds = await sandbox.delivery.post(request.body)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return json_response({"error": "The webhook does not answer."}, 502)
        return json_response({"status": status, "seconds": seconds})

    @routes.post("/sandbox/verification")
    async def verification(request: Request) -> HTTPResponse:
        status = await sandbox.delivery.verify()
        return json_response({"verified": sandbox.delivery.verified, "status": status})

    @routes.delete("/sandbox")
    async def forget(request: Request) -> HTTPResponse:
        await sandbox.forget()
        return json_response({})

    @routes.put("/sandbox/faults")
    async def set_faults(request: Request) -> HTTPResponse:
        sandbox.delivery.set_faults(Faults.from_json(_json(request)))
        return json_response(sandbox.delivery.faults.to_json())


def _add_looking(routes: Blueprint, sandbox: Sandbox) -> None:
    @routes.get("/sandbox/faults")
    async def faults(request: Request) -> HTTPResponse:
        return json_response(sandbox.delivery.faults.to_json())

    @routes.get("/sandbox/sent")
    async def sent(request: Request) -> HTTPResponse:
        return json_response(sandbox.conversations.sent(request.args.get("to")))

    @routes.get("/sandbox/reads")
    async def reads(request: Request) -> HTTPResponse:
        return json_response(sandbox.conversations.reads)

    @routes.get("/sandbox/statuses")
    async def statuses(request: Request) -> HTTPResponse:
        return json_response(sandbox.conversations.statuses)

    @routes.get("/sandbox/refused")
    async def refused(request: Request) -> HTTPResponse:
        return json_response(sandbox.conversations.refused)

    @routes.get("/sandbox/deliveries")
    async def deliveries(request: Request) -> HTTPResponse:
        counts = sandbox.delivery.counts
        return json_response(
            {
                "verified": sandbox.delivery.verified,
                "acknowledged": len(counts.seconds),
                "refused": counts.refused,
                "undelivered": counts.undelivered,
                "seconds": counts.seconds,
            }
        )

    @routes.get("/sandbox/chat")
    async def chat(request: Request) -> HTTPResponse:
        return json_response(_chat(sandbox, request.args.get("person", ""), request.args.get("after", "")))

    @routes.get("/sandbox/media/<media_id>")
    async def media(request: Request, media_id: str) -> HTTPResponse:
        found = sandbox.conversations.media.get(media_id)
        if found is None:
            return json_response({"error": "No such file was uploaded."}, 404)
        return raw(found.content, content_type=found.type)

    @routes.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json_response({"status": "ok"})


def _json(request: Request) -> object:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise ControlError("The body is not JSON.") from None


def _said(body: object) -> dict[str, Any]:
    """Arguments of `Sandbox.say` from a request."""
    if not isinstance(body, dict):
        raise ControlError("A JSON object with from and message is needed.")
    unknown = sorted(set(body) - {"from", "message", *_OPTIONS})
    if unknown:
        raise ControlError(f"Unknown: {', '.join(unknown)}. Known: from, message, {', '.join(_OPTIONS)}.")
    number, message = body.get("from"), body.get("message")
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise ControlError("from must be a number of 7 to 15 digits, as a string.")
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ControlError("message must be an object with a type.")
    for name, kind in _OPTIONS.items():
        if body.get(name) is not None and type(body[name]) is not kind:
            raise ControlError(f"{name} must be of type {kind.__name__}.")
    options = {name: body[name] for name in _OPTIONS if body.get(name) is not None}
    return {"number": number, "message": message, **options}


def _chat(sandbox: Sandbox, number: str, after: str) -> dict[str, Any]:
    """What the page shows of a person's chat; without its lines when nothing changed since revision `after`."""
    conversations = sandbox.conversations
    person = conversations.people.get(number, Person(number))
    found: dict[str, Any] = {
        "revision": conversations.revision,
        "typing": person.typing_until > sandbox.now(),
    }
    if after != str(conversations.revision):
        found["lines"] = [
            {"id": line.id, "byPerson": line.by_person, "at": line.at, "message": line.message, "status": line.status}
            for line in person.lines
            if line.status != "failed"  # what failed never came to the person's phone
        ]
    return found
