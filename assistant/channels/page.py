"""The full page: the chat itself, and without JavaScript the numbers that help."""

import json
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.channels.assets import WIDGET, Asset, packed, version
from assistant.channels.replies import DIRECTIONS
from assistant.channels.sentences import emergency_numbers, page_words
from assistant.dialogue.topics import LANGUAGES, title
from assistant.settings import Settings

BASE = "/webhooks/web/widget"
# Everything from here and nothing inline; nobody may frame the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page_language(asked: str | None, accepted: str) -> str:
    """Language of the page.

    Args:
        asked: what the address says (`?lang=ar`).
        accepted: the browser's `Accept-Language` header.
    """
    if asked in LANGUAGES:
        return str(asked)
    preferred = [part.split(";")[0].strip()[:2].lower() for part in accepted.split(",")]
    return next((language for language in preferred if language in LANGUAGES), LANGUAGES[0])


@cache
def page(language: str, settings: Settings) -> Asset:
    """The page, ready to be sent.

    Raises:
        jinja2.TemplateError: `widget/page.html` does not fit what is given to it.
    """
    other = next(name for name in LANGUAGES if name != language)
    template = _templates().get_template("page.html")
    html = template.render(
        language=language,
        direction=DIRECTIONS[language],
        t=json.loads((WIDGET / f"{language}.json").read_text(encoding="utf-8")),
        page=page_words(language),
        name=settings.web_name,
        accent=settings.web_accent,
        exit=settings.web_exit,
        whatsapp=settings.whatsapp_link,
        emergency=emergency_numbers(language),
        other={"language": other, "name": title(f"language.{other}", other)},
        base=BASE,
        version=version(),
    )
    return packed("text/html; charset=utf-8", html.encode())


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(WIDGET), autoescape=True, undefined=StrictUndefined)
