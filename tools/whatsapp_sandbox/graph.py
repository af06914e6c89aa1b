"""The Graph side: the part of Meta's Cloud API that the channel calls."""

import asyncio
import hmac
import json
import re
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, html
from sanic.response import json as json_response

from tools.whatsapp_sandbox.errors import MALFORMED, MISSING, Refused, UnknownObject, UnknownToken, error_body
from tools.whatsapp_sandbox.limits import check_product
from tools.whatsapp_sandbox.media import Media
from tools.whatsapp_sandbox.sandbox import Sandbox

_VERSION = re.compile(r"v\d+\.\d+")
_GATEWAY_PAGE = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"
)


def graph(sandbox: Sandbox) -> Blueprint:
    """Routes of the Graph side."""
    routes = Blueprint("graph")

    @routes.post("/<version>/<phone_id>/messages")
    async def messages(request: Request, version: str, phone_id: str) -> HTTPResponse:
        _check_caller(sandbox, request, version, phone_id)
        _maybe_fail(sandbox)
        body = _object(request.body)
        answer = _mark_read(sandbox, body) if "status" in body else sandbox.answer(body)
        await asyncio.sleep(sandbox.delivery.dice.seconds(sandbox.delivery.faults.slow))
        return json_response(answer)

    @routes.post("/<version>/<phone_id>/media")
    async def media(request: Request, version: str, phone_id: str) -> HTTPResponse:
        _check_caller(sandbox, request, version, phone_id)
        check_product({name: request.form.get(name) for name in request.form})
        file = request.files.get("file")
        if file is None or not request.form.get("type"):
            raise Refused(MISSING, f"The parameter {'file' if file is None else 'type'} is required")
        return json_response({"id": sandbox.upload(Media(file.type, file.body))})

    @routes.exception(Refused)
    async def refuse(request: Request, refused: Refused) -> HTTPResponse:
        sandbox.conversations.note_refusal(refused, sandbox.now())
        headers = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
        if refused.html:
            return html(_GATEWAY_PAGE, refused.status, headers)
        return json_response(error_body(refused), refused.status, headers)

    return routes


def _check_caller(sandbox: Sandbox, request: Request, version: str, phone_id: str) -> None:
    given = request.headers.get("authorization", "").encode("latin-1", "replace")
    if not hmac.compare_digest(given, f"Bearer {sandbox.settings.token}".encode()):
        raise UnknownToken
    if not _VERSION.fullmatch(version):
        raise UnknownObject(version)
    if phone_id != sandbox.settings.phone_id:
        raise UnknownObject(phone_id)


def _maybe_fail(sandbox: Sandbox) -> None:
    faults, dice = sandbox.delivery.faults, sandbox.delivery.dice
    if dice.hits(faults.throttled):
        raise Refused(faults.throttle_code, "Too many messages", 429, faults.retry_after, injected=True)
    if dice.hits(faults.broken):
        code = 131000 if faults.broken_status == 500 else 2
        html_body = faults.broken_body == "html"
        raise Refused(code, "Try again later", faults.broken_status, injected=True, html=html_body)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(MALFORMED, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(MALFORMED, "The body is not a JSON object")
    return body


def _mark_read(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    check_product(body)
    if body["status"] != "read":
        raise Refused(MALFORMED, "Param status must be one of read")
    if body.get("message_id") is None:
        raise Refused(MISSING, "The parameter message_id is required")
    typing = body.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise Refused(MALFORMED, "Param typing_indicator['type'] must be one of text")
    sandbox.read(body["message_id"], typing is not None)
    return {"success": True}
