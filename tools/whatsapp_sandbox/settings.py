"""What the sandbox and the channel under test must have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or wrong; the text is one line for the operator."""


@dataclass(frozen=True)
class Settings:
    """Any invented values do, as long as both sides have the same.

    Attributes:
        phone_id: id of the business's phone number, in the addresses of the Graph side.
        token: access token of the calls.
        app_secret: key of the signatures of webhooks.
        verify_token: shared word of the webhook's verification.
    """

    phone_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from `WHATSAPP_PHONE_ID`, `WHATSAPP_TOKEN`, `WHATSAPP_APP_SECRET` and `WHATSAPP_VERIFY_TOKEN`.

        Raises:
            SettingsError: one of them is missing or empty; the text names it.
        """
        given = {name: env.get(name, "").strip() for name in names()}
        missing = [name for name, value in given.items() if not value]
        if missing:
            raise SettingsError(f"Missing in the environment: {', '.join(missing)}. Use the channel's own values.")
        return cls(*given.values())


def names() -> list[str]:
    """Names of the environment variables, in the order of the attributes."""
    return [f"WHATSAPP_{f.name.upper()}" for f in fields(Settings)]


def webhook_url(text: str) -> str:
    """The address of the webhook.

    Raises:
        SettingsError: it is no http or https address.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"--webhook is {text!r}; an address such as http://127.0.0.1:5005/webhook is needed.")
    return text
