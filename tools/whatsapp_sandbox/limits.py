"""What Meta refuses in an outgoing message. Characters are counted as Python's `len` counts them."""

import re
from collections.abc import Callable, Container, Iterable
from typing import Any

from tools.whatsapp_sandbox.errors import BAD_VALUE, MALFORMED, MISSING, UNSUPPORTED_TYPE, Refused

Object = dict[str, Any]

TEXT = 4096
BODY = 1024
HEADER = FOOTER = 60
CAPTION = 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
SECTIONS, SECTION_TITLE = 10, 24
ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 24, 72, 200
OPEN_LIST = 20
OPAQUE = 512
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]+")
NUMBER = re.compile(r"\d{7,15}")
_SEPARATORS = re.compile(r"[+\s().-]")


def check_message(body: Object, media: Container[str]) -> None:
    """Check a whole request that sends a message.

    Args:
        body: the request's JSON object.
        media: ids of the uploaded files.

    Raises:
        Refused: Meta would not accept it.
    """
    check_product(body)
    recipient(body)
    _one_of(body.get("recipient_type", "individual"), ("individual",), "recipient_type")
    if "biz_opaque_callback_data" in body:
        _text(body, "biz_opaque_callback_data", "biz_opaque_callback_data", 1, OPAQUE)
    if "context" in body:
        _text(_object(body, "context", "context"), "message_id", "context['message_id']", 1)
    kind = body.get("type", "text")
    if not isinstance(kind, str):
        raise Refused(MALFORMED, "Param type must be a string")
    if kind not in CONTENTS:
        raise Refused(UNSUPPORTED_TYPE, f"The sandbox takes {', '.join(CONTENTS)}; type is {kind!r}")
    CONTENTS[kind](_object(body, kind, kind), media)


def check_product(body: Object) -> None:
    """Check that a request names its product.

    Raises:
        Refused: it names none or another one.
    """
    _one_of(_needed(body, "messaging_product", "messaging_product"), ("whatsapp",), "messaging_product")


def recipient(body: Object) -> str:
    """Whom a request writes to: the digits of `to`, else the user id in `recipient`.

    Raises:
        Refused: there is neither, or it is neither a number nor a user id.
    """
    if body.get("to") is not None:
        digits = _SEPARATORS.sub("", _text(body, "to", "to", 1))
        if not NUMBER.fullmatch(digits):
            raise Refused(BAD_VALUE, "Param to is not a phone number")
        return digits
    if body.get("recipient") is None:
        raise Refused(MISSING, "The parameter to or recipient is required")
    user = _text(body, "recipient", "recipient", 1)
    if not USER_ID.fullmatch(user):
        raise Refused(BAD_VALUE, "Param recipient is not a user id")
    return user


def _check_text(content: Object, media: Container[str]) -> None:
    _text(content, "body", "text['body']", 1, TEXT)
    if not isinstance(content.get("preview_url", False), bool):
        raise Refused(MALFORMED, "Param text['preview_url'] must be a boolean")


def _check_interactive(content: Object, media: Container[str]) -> None:
    kind = _one_of(_needed(content, "type", "interactive['type']"), ("button", "list"), "interactive['type']")
    if "header" in content:
        _check_header(_object(content, "header", "interactive['header']"), kind, media)
    _text(_object(content, "body", "interactive['body']"), "text", "interactive['body']['text']", 1, BODY)
    if "footer" in content:
        footer = _object(content, "footer", "interactive['footer']")
        _text(footer, "text", "interactive['footer']['text']", 1, FOOTER)
    action = _object(content, "action", "interactive['action']")
    (_check_buttons if kind == "button" else _check_list)(action)


def _check_header(header: Object, interactive: object, media: Container[str]) -> None:
    path = "interactive['header']"
    kinds = ("text", "image", "video", "document") if interactive == "button" else ("text",)
    kind = str(_one_of(_needed(header, "type", f"{path}['type']"), kinds, f"{path}['type']"))
    if kind == "text":
        _text(header, "text", f"{path}['text']", 1, HEADER)
    else:
        _check_file(_object(header, kind, f"{path}['{kind}']"), media)


def _check_buttons(action: Object) -> None:
    buttons = _objects(action, "buttons", "interactive['action']['buttons']")
    if not 1 <= len(buttons) <= BUTTONS:
        raise Refused(BAD_VALUE, f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS}")
    replies = []
    for button in buttons:
        _one_of(_needed(button, "type", "button['type']"), ("reply",), "button['type']")
        reply = _object(button, "reply", "button['reply']")
        _text(reply, "title", "Button title", 1, BUTTON_TITLE)
        _id(reply, "Button id", BUTTON_ID)
        replies.append(reply)
    _unique([reply["title"] for reply in replies], "Button titles")
    _unique([reply["id"] for reply in replies], "Button ids")


def _check_list(action: Object) -> None:
    _text(action, "button", "interactive['action']['button']", 1, OPEN_LIST)
    sections = _objects(action, "sections", "interactive['action']['sections']")
    if not 1 <= len(sections) <= SECTIONS:
        raise Refused(BAD_VALUE, f"Invalid sections count. Min allowed sections: 1, Max allowed sections: {SECTIONS}")
    rows: list[Object] = []
    for section in sections:
        if len(sections) > 1 or "title" in section:
            _text(section, "title", "Section title", 1, SECTION_TITLE)
        found = _objects(section, "rows", "section['rows']")
        if not found:
            raise Refused(BAD_VALUE, "Invalid rows count. A section needs at least one row")
        rows += found
    if len(rows) > ROWS:
        raise Refused(BAD_VALUE, f"Total row count exceed max allowed count: {ROWS}")
    for row in rows:
        _id(row, "Row id", ROW_ID)
        _text(row, "title", "Row title", 1, ROW_TITLE)
        if "description" in row:
            _text(row, "description", "Row description", 0, ROW_DESCRIPTION)
    _unique([row["id"] for row in rows], "Row ids")


def _check_location(content: Object, media: Container[str]) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        path = f"location['{name}']"
        degrees = _degrees(_needed(content, name, path), path)
        if not -most <= degrees <= most:
            raise Refused(BAD_VALUE, f"Param {path} must be between -{most} and {most}")
    for name in ("name", "address"):
        if name in content:
            _text(content, name, f"location['{name}']", 0)


def _check_file(content: Object, media: Container[str]) -> None:
    if ("id" in content) is ("link" in content):
        code = BAD_VALUE if "id" in content else MISSING
        raise Refused(code, "One of the parameters id and link is required, not both")
    if "id" in content and _text(content, "id", "id", 1) not in media:
        raise Refused(BAD_VALUE, f"Media with id {content['id']} is not found")
    if "link" in content and not re.match(r"https?://[^\s/]", _text(content, "link", "link", 1)):
        raise Refused(BAD_VALUE, "Param link is not a valid URI")
    if "caption" in content:
        _text(content, "caption", "caption", 0, CAPTION)


def _check_audio(content: Object, media: Container[str]) -> None:
    if "caption" in content:
        raise Refused(MALFORMED, "Unexpected key caption on param audio")
    _check_file(content, media)


CONTENTS: dict[str, Callable[[Object, Container[str]], None]] = {
    "text": _check_text,
    "interactive": _check_interactive,
    "location": _check_location,
    "audio": _check_audio,
    "image": _check_file,
    "document": _check_file,
}


def _needed(content: Object, name: str, path: str) -> object:
    if content.get(name) is None:
        raise Refused(MISSING, f"The parameter {path} is required")
    return content[name]


def _object(content: Object, name: str, path: str) -> Object:
    found = _needed(content, name, path)
    if not isinstance(found, dict):
        raise Refused(MALFORMED, f"Param {path} must be a JSON object")
    return found


def _objects(content: Object, name: str, path: str) -> list[Object]:
    found = _needed(content, name, path)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Refused(MALFORMED, f"Param {path} must be an array of JSON objects")
    return found


def _text(content: Object, name: str, path: str, least: int, most: int | None = None) -> str:
    found = _needed(content, name, path)
    if not isinstance(found, str):
        raise Refused(MALFORMED, f"Param {path} must be a string")
    if len(found) < least or (most is not None and len(found) > most):
        limit = "" if most is None else f", Max length: {most}"
        raise Refused(BAD_VALUE, f"{path} length invalid. Min length: {least}{limit}")
    return found


def _id(content: Object, path: str, most: int) -> None:
    found = _text({"id": content.get("id")}, "id", path, 1, most)
    if found != found.strip():
        raise Refused(BAD_VALUE, f"{path} cannot have leading or trailing spaces")


def _degrees(found: object, path: str) -> float:
    try:
        if isinstance(found, int | float | str) and not isinstance(found, bool):
            return float(found)
    except ValueError:
        pass
    raise Refused(MALFORMED, f"Param {path} must be a number")


def _one_of(found: object, allowed: Iterable[str], path: str) -> object:
    if found not in tuple(allowed):
        raise Refused(BAD_VALUE, f"Param {path} must be one of {', '.join(allowed)}")
    return found


def _unique(found: list[str], what: str) -> None:
    if len(set(found)) < len(found):
        raise Refused(BAD_VALUE, f"{what} must be unique")
