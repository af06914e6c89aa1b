"""What all endpoints share: reading a request, answering with one object or a list, and when nothing has changed."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from math import ceil
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import override
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request
from rest_framework.response import Response

from hsds import queries, versions
from hsds.objects import LANGUAGES, Object
from hsds.versions import Version

PER_PAGE = 50
CHUNK = 100  # objects that a stream holds in memory

Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class Asked:
    """A request that was understood.

    Attributes:
        request: as it came.
        values: its checked parameters.
        language: "fr" or "ar", of the texts in the answer.
        version: state of the directory before anything was read from it. Rows that change meanwhile then come with a
            version that is too old, which costs one request more; the other way round, they would stay unseen.
    """

    request: Request
    values: dict[str, Any]
    language: str
    version: Version


def ask(request: Request, kind: type[queries.Query], version: Callable[[], Version] = versions.of_directory) -> Asked:
    """Read a request.

    Args:
        request: as it came.
        kind: the parameters that it may have.
        version: tells the version of what will be answered.

    Raises:
        rest_framework.serializers.ValidationError: see `queries.read`.
    """
    return Asked(request, queries.read(kind, request.GET), language_of(request), version())


def in_its_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose messages are in the language that a request asks for, and which says so in its headers."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        language = language_of(request)
        with override(language):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return spoken


def language_of(request: HttpRequest | Request) -> str:
    """The language that a request asks for: `language`, else `Accept-Language`, else French."""
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wanted = [request.GET.get("language"), *(code.partition("-")[0] for code, _ in accepted)]
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])


def one(asked: Asked, build: Callable[[], Object]) -> HttpResponse:
    """Answer with one object, unless the client has it already.

    Args:
        asked: the request, for something that exists.
        build: makes the object.
    """
    return _unless_known(asked, lambda: Response(build()))


def many(asked: Asked, keys: Sequence[Key], build: Callable[[Sequence[Key]], list[Object]]) -> HttpResponse:
    """Answer with a page or a stream of objects, unless the client has it already.

    Args:
        asked: the request.
        keys: of everything that it asks for, in order.
        build: makes the objects of some keys, in their order.
    """
    if asked.values["format"] == "ndjson":
        return _unless_known(asked, lambda: _stream(keys, build))
    return _unless_known(asked, lambda: Response(_page(asked.values, keys, build)))


def _page(values: dict[str, Any], keys: Sequence[Key], build: Callable[[Sequence[Key]], list[Object]]) -> Object:
    """The standard's envelope. A page after the last one is empty and says that it is the last: clients stop there."""
    everything = max(1, len(keys)) if values.get("minimal") else PER_PAGE
    number, per_page = values["page"], values.get("per_page", everything)
    pages = ceil(len(keys) / per_page)
    contents = build(keys[(number - 1) * per_page : number * per_page]) if number <= pages else []
    return {
        "total_items": len(keys),
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def _stream(keys: Sequence[Key], build: Callable[[Sequence[Key]], list[Object]]) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for start in range(0, len(keys), CHUNK):
            for each in build(keys[start : start + CHUNK]):
                yield json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n"

    return StreamingHttpResponse(lines(), content_type="application/x-ndjson")


def _unless_known(asked: Asked, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """An answer with its validators, or 304 without one for a client that holds this version."""
    request, version = asked.request, asked.version
    parameters = sorted(request.GET.items())
    etag = version.etag(request.path, json.dumps(parameters), asked.language)
    response = get_conditional_response(request, etag, version.last_modified) or answer()
    response["ETag"] = etag
    if version.last_modified:
        response["Last-Modified"] = http_date(version.last_modified)
    # Nobody may be given yesterday's number: caches ask each time whether it still holds.
    response["Cache-Control"] = "no-cache"
    return response
