"""Webhook payloads as Meta writes and signs them."""

import hashlib
import hmac
import json
from typing import Any

from tools.whatsapp_sandbox.conversations import Line, Person
from tools.whatsapp_sandbox.errors import status_error

Value = dict[str, Any]

ACCOUNT = "100000000000001"  # invented
BUSINESS_NUMBER = "212500000000"  # invented


def message_value(phone_id: str, person: Person, message: dict[str, Any]) -> Value:
    """The value of a change that brings one message of a person."""
    return {**_head(phone_id), "contacts": [_contact(person)], "messages": [message]}


def status_value(phone_id: str, person: Person, line: Line, status: str, at: float, code: int | None) -> Value:
    """The value of a change that tells how far a message of the business came.

    Args:
        phone_id: id of the business's number.
        person: whom the message is for.
        line: the message.
        status: sent, delivered, read or failed.
        at: seconds since 1970.
        code: why it failed; None where it did not.
    """
    found: dict[str, Any] = {"id": line.id, "status": status, "timestamp": str(int(at))}
    found |= {"recipient_user_id": person.user_id}
    if not person.hidden:
        found |= {"recipient_id": person.number}
    if "biz_opaque_callback_data" in line.message:
        found |= {"biz_opaque_callback_data": line.message["biz_opaque_callback_data"]}
    if code is None:
        conversation = hashlib.sha256(person.number.encode()).hexdigest()[:32]
        found |= {"conversation": {"id": conversation, "origin": {"type": "service"}}}
        found |= {
            "pricing": {
                "billable": False,
                "pricing_model": "PMP",
                "category": "service",
                "type": "free_customer_service",
            }
        }
    else:
        found |= {"errors": [status_error(code)]}
    return {**_head(phone_id), "contacts": [_contact(person)], "statuses": [found]}


def payload(values: list[Value], form: str = "messages") -> dict[str, Any]:
    """One payload for one or several values.

    Args:
        values: what happened.
        form: `messages` puts those of one kind into one change, `changes` makes a change of each, `entries` an entry.
    """
    if form == "entries":
        entries = [[value] for value in values]
    else:
        entries = [_merged(values) if form == "messages" else values]
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": ACCOUNT, "changes": [{"value": value, "field": "messages"} for value in changes]}
            for changes in entries
        ],
    }


def body(content: object) -> bytes:
    """JSON as Meta writes it, all escaped that may be: parsed and written anew it no longer has the same signature."""
    return json.dumps(content, separators=(",", ":")).replace("/", "\\/").encode()


def signature(raw: bytes, secret: str) -> str:
    """Value of the header `X-Hub-Signature-256` for a body."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def wire_message(person: Person, wamid: str, at: int, message: dict[str, Any], context: object) -> dict[str, Any]:
    """A person's message with what Meta adds to it.

    Args:
        person: who wrote it.
        wamid: its id.
        at: seconds since 1970.
        message: type and content.
        context: what it answers or that it was forwarded; None is neither.
    """
    sender = {"from_user_id": person.user_id} | ({} if person.hidden else {"from": person.number})
    quoted = {} if context is None else {"context": context}
    return {**quoted, **sender, "id": wamid, "timestamp": str(at), **message}


def _merged(values: list[Value]) -> list[Value]:
    merged: dict[str, Value] = {}
    for value in values:
        kind = "messages" if "messages" in value else "statuses"
        if kind not in merged:
            merged[kind] = {**value, "contacts": [], kind: []}
        merged[kind]["contacts"] += [found for found in value["contacts"] if found not in merged[kind]["contacts"]]
        merged[kind][kind] += value[kind]
    return list(merged.values())


def _head(phone_id: str) -> Value:
    metadata = {"display_phone_number": BUSINESS_NUMBER, "phone_number_id": phone_id}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _contact(person: Person) -> dict[str, Any]:
    number = {} if person.hidden else {"wa_id": person.number}
    return {"profile": {"name": person.name}, **number, "user_id": person.user_id}
