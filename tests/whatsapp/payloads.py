"""What people send, named as Meta names it ("Cloud API webhooks, components"), and any JSON that looks like it."""

from typing import Any

from hypothesis import strategies as st

from tests.whatsapp.sandbox import SECRETS

PHONE_ID = SECRETS["WHATSAPP_PHONE_ID"]
PERSON = "212600000042"
NOW = 1_790_000_000  # seconds since 1970
Object = dict[str, Any]

FILE = {"id": "1000", "sha256": "4654+8g="}


def text(body: str) -> Object:
    return {"type": "text", "text": {"body": body}}


def media(kind: str, mime_type: str, **more: object) -> Object:
    return {"type": kind, kind: {**FILE, "mime_type": mime_type, **more}}


def voice() -> Object:
    return media("audio", "audio/ogg; codecs=opus", voice=True)


def tap(payload: str, title: str = "x", kind: str = "button_reply") -> Object:
    return {"type": "interactive", "interactive": {"type": kind, kind: {"id": payload, "title": title}}}


def quick_reply(payload: str, words: str) -> Object:
    """A tap on a button of a template."""
    return {"type": "button", "button": {"payload": payload, "text": words}}


def location(latitude: object, longitude: object) -> Object:
    return {"type": "location", "location": {"latitude": latitude, "longitude": longitude, "name": "Chez moi"}}


def edit(original: str, message: Object) -> Object:
    return {"type": "edit", "edit": {"original_message_id": original, "message": message}}


def revoke(original: str) -> Object:
    return {"type": "revoke", "revoke": {"original_message_id": original}}


CONTACTS = {"type": "contacts", "contacts": [{"name": {"formatted_name": "Awa"}, "phones": [{"phone": "+212 600"}]}]}
ORDER = {"type": "order", "order": {"catalog_id": "1", "product_items": [{"product_retailer_id": "A", "quantity": 1}]}}
UNSUPPORTED = {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]}
STICKER = media("sticker", "image/webp", animated=False)
REACTION = {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "🙏"}}
WELCOME = {"type": "request_welcome"}
SYSTEM = {"type": "system", "system": {"type": "user_changed_number", "body": "User changed", "wa_id": PERSON}}
FORM = {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}}
REFERRAL = {"source_url": "https://example.org/ad", "source_id": "7", "source_type": "ad", "headline": "Aide"}


def wired(message: Object, name: str = "wamid.1", **more: object) -> Object:
    """A message with what Meta adds to it."""
    return {"from": PERSON, "id": name, "timestamp": str(NOW), **message, **more}


def change(field: str = "messages", phone_id: str = PHONE_ID, **value: object) -> Object:
    metadata = {"display_phone_number": "212500000000", "phone_number_id": phone_id}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def body(*entries: list[Object]) -> Object:
    """A payload: the changes of each entry."""
    listed = [{"id": str(number), "changes": changes} for number, changes in enumerate(entries)]
    return {"object": "whatsapp_business_account", "entry": listed}


def of(*messages: Object, **more: object) -> Object:
    """A payload with messages in one change."""
    return body([change(messages=list(messages), **more)])


# Any JSON, more often than by chance with the names and values that Meta has.
NAMES = st.sampled_from(
    [
        *(
            "from",
            "id",
            "type",
            "timestamp",
            "text",
            "body",
            "image",
            "caption",
            "interactive",
            "button_reply",
            "button",
        ),
        *("title", "payload", "location", "latitude", "longitude", "context", "forwarded", "from_user_id", "group_id"),
        *("edit", "message", "original_message_id", "revoke", "status", "biz_opaque_callback_data", "errors", "code"),
        *("wa_id", "user_id", "contacts", "profile", "name"),
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(
        ["text", "image", "interactive", "button_reply", "location", "edit", "revoke", "sticker", "failed"]
    ),
    st.sampled_from([PERSON, "wamid.1", "MA.7", "/menu/main", str(NOW), f"{'a' * 32}.0", "\ud800.1", "\x00.1"]),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=12,
)
_ROW = st.dictionaries(NAMES, ANYTHING, max_size=10) | ANYTHING
_ROWS = st.lists(_ROW, max_size=3) | ANYTHING
_VALUE = st.fixed_dictionaries(
    {"metadata": st.just({"phone_number_id": PHONE_ID}) | ANYTHING},
    optional={"messages": _ROWS, "statuses": _ROWS, "contacts": _ROWS},
)
_CHANGE = st.fixed_dictionaries({"field": st.just("messages") | ANYTHING, "value": _VALUE | ANYTHING})
_ENTRY = st.fixed_dictionaries({"changes": st.lists(_CHANGE | ANYTHING, max_size=3) | ANYTHING})
BODIES = st.fixed_dictionaries({"entry": st.lists(_ENTRY | ANYTHING, max_size=3) | ANYTHING}) | ANYTHING
