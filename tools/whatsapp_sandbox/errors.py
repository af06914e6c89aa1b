"""Refusals of the Graph side, in Meta's words and form."""

from typing import Any

from tools.whatsapp_sandbox.ids import trace_id

MALFORMED = 100
BAD_TOKEN = 190
RATE_LIMIT = 130429
MISSING = 131008
BAD_VALUE = 131009
OUTSIDE_WINDOW = 131047
UNSUPPORTED_TYPE = 131051
PAIR_RATE_LIMIT = 131056

TITLES = {
    2: "Service temporarily unavailable",
    MALFORMED: "Invalid parameter",
    RATE_LIMIT: "Rate limit hit",
    131000: "Something went wrong",
    MISSING: "Required parameter is missing",
    BAD_VALUE: "Parameter value is not valid",
    131026: "Message undeliverable",
    OUTSIDE_WINDOW: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    UNSUPPORTED_TYPE: "Unsupported message type",
    131053: "Media upload error",
    PAIR_RATE_LIMIT: "(Business Account, Consumer Account) pair rate limit hit",
}
DETAILS = {
    OUTSIDE_WINDOW: "Message failed to send because more than 24 hours have passed "
    "since the customer last replied to this number.",
}
HELP = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class Refused(Exception):
    """A call of the Graph side is not accepted.

    Attributes:
        code: Meta's error code.
        details: what exactly is wrong.
        status: HTTP status.
        retry_after: seconds for the Retry-After header; None is without.
        injected: whether a fault was asked for, and the call itself was right.
        html: whether a gateway before Meta answers, without JSON.
    """

    def __init__(
        self,
        code: int,
        details: str,
        status: int = 400,
        retry_after: int | None = None,
        injected: bool = False,
        html: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.status = status
        self.retry_after = retry_after
        self.injected = injected
        self.html = html


class UnknownToken(Refused):
    """The access token is missing or wrong."""

    def __init__(self) -> None:
        super().__init__(BAD_TOKEN, "Invalid OAuth access token - Cannot parse access token", status=401)


class UnknownObject(Refused):
    """The id in the address is not that of the phone number."""

    def __init__(self, object_id: str) -> None:
        super().__init__(
            MALFORMED,
            f"Unsupported post request. Object with ID '{object_id}' does not exist, "
            "cannot be loaded due to missing permissions, or does not support this operation.",
        )


def error_body(refused: Refused) -> dict[str, Any]:
    """The JSON body of a refusal."""
    if isinstance(refused, UnknownToken):
        error = {"message": refused.details, "type": "OAuthException", "code": refused.code}
    elif isinstance(refused, UnknownObject):
        kind = "GraphMethodException"
        error = {"message": refused.details, "type": kind, "code": refused.code, "error_subcode": 33}
    else:
        error = {
            "message": f"(#{refused.code}) {title(refused.code)}",
            "type": "OAuthException",
            "code": refused.code,
            "error_data": {"messaging_product": "whatsapp", "details": refused.details},
        }
    return {"error": {**error, "fbtrace_id": trace_id()}}


def status_error(code: int) -> dict[str, Any]:
    """The error of a `failed` status."""
    return {
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": DETAILS.get(code, title(code))},
        "href": HELP,
    }


def title(code: int) -> str:
    """Meta's short text for a code; a general one for codes that are not used here."""
    return TITLES.get(code, TITLES[131000])
