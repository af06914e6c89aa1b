"""A request has an id from its beginning to the action server: that of our own proxy, or one that is made here."""

import asyncio
import json
import logging
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextvars import Context
from typing import Any

import aiohttp
import pytest
from django.test import Client
from rasa.utils.endpoints import EndpointConfig
from sanic import HTTPResponse, Request, response

from assistant.operation import json_lines, request_ids
from assistant.server import overrides
from tests.actions.server import Handler, running
from tests.whatsapp.echo import App

NGINX, UUID = "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"
MADE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def seen() -> Iterator[Callable[[Mapping[str, str]], list[str]]]:
    """Asks a real server, behind a proxy of ours, twice over one connection; gives the ids under which a middleware and
    the handler worked."""
    app = App("requests_with_ids", configure_logging=False)
    found: list[str] = []

    async def early(_request: Request) -> None:
        found.append(request_ids.current())

    async def handler(_request: Request) -> HTTPResponse:
        found.append(request_ids.current())
        return response.empty()

    app.register_middleware(early, "request")
    request_ids.follow(app, trusted=True)
    app.add_route(handler, "/")
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))

    async def start() -> Any:
        server = await app.create_server(sock=listening, return_asyncio_server=True)
        await server.startup()
        return server

    async def ask(given: Mapping[str, str]) -> None:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{listening.getsockname()[1]}") as session:
            for _ in range(2):
                await session.get("/", headers=given)

    def ids(given: Mapping[str, str]) -> list[str]:
        found.clear()
        loop.run_until_complete(ask(given))
        return list(found)

    server = loop.run_until_complete(start())
    yield ids
    server.close()
    loop.close()


@pytest.mark.parametrize("name", [NGINX, UUID])
def test_our_proxys_is_taken(seen: Callable[[Mapping[str, str]], list[str]], name: str) -> None:
    assert seen({"X-Request-ID": name}) == [name] * 4


@pytest.mark.parametrize("given", ["", "0612345678", f"{NGINX} mon mari me frappe", "e" * 33, None])
def test_of_another_form_it_is_made_here(seen: Callable[[Mapping[str, str]], list[str]], given: str | None) -> None:
    first, *more = seen({} if given is None else {"X-Request-ID": given})
    assert all(MADE.fullmatch(name) for name in (first, *more))
    assert more[0] == first and more[1] == more[2] != first
    assert given not in (first, more[1])


def test_from_anybody_else_too() -> None:
    async def work() -> str:
        request_ids.begin(NGINX, trusted=False)
        return request_ids.current()

    made = asyncio.run(work())
    assert MADE.fullmatch(made) and made != NGINX


def test_it_goes_on_to_the_action_server() -> None:
    with running() as server:
        server.respond = lambda handler: Handler.answer(handler, {})

        async def ask() -> None:
            request_ids.begin(NGINX, trusted=True)
            await overrides._request(EndpointConfig(server.url), "get")

        asyncio.run(ask())
        assert server.requests[0][1]["X-Request-ID"] == NGINX


def test_a_line_is_of_the_request_that_is_worked_on() -> None:
    def line() -> str | None:
        found: str | None = json.loads(json_lines.line("info", "x", "y"))["request"]
        return found

    async def work(name: str) -> str | None:
        request_ids.begin(name, trusted=True)
        await asyncio.sleep(0)
        return line()

    async def side_by_side() -> list[str | None]:
        return await asyncio.gather(*map(work, (NGINX, UUID)))

    assert asyncio.run(side_by_side()) == [NGINX, UUID]
    assert Context().run(line) is None


@pytest.mark.parametrize(("proxies", "is_taken"), [(1, True), (0, False)])
def test_the_console_does_the_same(
    proxies: int, is_taken: bool, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from dataclasses import replace

    from django.conf import settings

    monkeypatch.setattr(settings, "SYSTEM", replace(settings.SYSTEM, console_proxies=proxies))
    found: list[str] = []
    caplog.handler.addFilter(lambda _record: found.append(request_ids.current()) is None)
    with caplog.at_level(logging.WARNING, "django.request"):
        assert Client().post("/health", headers={"x-request-id": NGINX}).status_code == 405  # which Django would log
    assert len(found) == 1
    assert (found[0] == NGINX) == is_taken and MADE.fullmatch(found[0])
