"""The web channel (`/webhooks/web`): the widget's own, safe to send twice. `web.openapi.yml` describes it.

A conversation belongs to a session that the server made. Who sends a message again under the same id gets the reply
that was given: a turn is looked up, under the conversation's lock, before it is made. Bodies may come as `text/plain`,
which spares browsers on slow networks a question before each request (CORS).
"""

import asyncio
import json
import logging
import os
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import Counter
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from sanic import Blueprint, HTTPResponse, Request, Sanic, response
from sanic_cors.core import SANIC_CORS_EVALUATED

from assistant import yaml
from assistant.channels import replies, site, unasked
from assistant.channels.bodies import TooLarge, Unreadable, body_of
from assistant.channels.collecting import Handle, OnTheWeb
from assistant.channels.heads import Guarded
from assistant.channels.rates import Rates
from assistant.channels.sentences import error_sentence, too_long
from assistant.channels.sessions import new_session, opened
from assistant.dialogue.state import Turn
from assistant.dialogue.topics import LANGUAGES, families
from assistant.operation import readiness, request_ids
from assistant.operation.assistant import readiness_of
from assistant.operation.exposing import when_asked
from assistant.privacy.senders import pseudonym
from assistant.settings import Settings, sender_keys
from assistant.storage import feedback, turns

logger = logging.getLogger(__name__)

MOST_BYTES = 8 * 1024  # of a body
MOST_CHARACTERS = 1000  # of a message
TURN_TIMEOUT = 20  # seconds; the widget waits a little longer
REPLIES_KEPT, KEPT_FOR = 500, 600  # in memory, seconds: for those who send again soon
EVENTS_OF_A_HISTORY = 2 * replies.MOST_REMEMBERED
STATUS = {
    "bad_request": 400,
    "session_unknown": 401,
    "origin": 403,
    "too_large": 413,
    "too_many": 429,
    "unavailable": 503,
    "slow": 504,
}
WORTH_A_RETRY = frozenset(["session_unknown", "too_many", "unavailable", "slow"])
VERDICTS = ("up", "down", None)
REFUSED = Counter("dalil_web_refused_total", "Requests of the web channel that were not done, by the reason.", ["code"])
for _code in STATUS:  # a rate needs a first value
    REFUSED.labels(_code)
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_DESCRIPTION = Path(__file__).with_suffix(".openapi.yml")
Reply = dict[str, Any]
Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class Refused(Exception):
    """A request that is not done.

    Attributes:
        code: one of `STATUS`.
        wait: seconds after which it may come again, 0 when that is not known.
    """

    def __init__(self, code: str, wait: int = 0) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


@dataclass(frozen=True)
class Asked:
    """A request that may be done: its body, its conversation and the key behind it, the language of its page."""

    body: Mapping[str, Any]
    conversation: str
    key: bytes
    language: str


class Web(InputChannel):
    """See module."""

    def __init__(self) -> None:
        self._settings = Settings.from_environment(os.environ)
        self._keys = sender_keys(self._settings)
        self._rates = Rates(self._settings.web_rate_session, self._settings.web_rate_address, self._settings.redis_url)
        self._origins = frozenset(filter(None, self._settings.web_origins.split(",")))
        self._recent: OrderedDict[str, Reply] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        """Name of the channel, and its place in addresses."""
        return OnTheWeb.name()

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        """Routes of the channel; Rasa calls it once."""
        routes = Guarded("web_channel", __name__)

        @routes.listener("before_server_start")
        async def configure(app: Sanic, _loop: object) -> None:
            app.config.PROXIES_COUNT = self._settings.web_proxies or None
            app.register_middleware(site.page_at_root(self._settings), "request")
            app.request_middleware.appendleft(self._before_cors)  # Rasa's own answers what it does not know
            request_ids.follow(app, trusted=self._settings.web_proxies > 0)

        @routes.listener("after_server_start")
        async def watch(app: Sanic, _loop: object) -> None:
            needed = readiness_of(app.ctx.agent)
            when_asked(needed.values)
            app.ctx.ready = readiness.route(needed)

        async def send(request: Request) -> Reply:
            return await self._message(request, on_new_message)

        doing = {"session": self._session, "message": send, "history": self._history, "feedback": self._feedback}
        for name, do in doing.items():
            routes.add_route(self._route(do), f"/{name}", methods=["POST"], stream=True, name=name)
        routes.add_route(_health, "/health", methods=["GET"], name="health")
        routes.add_route(_ready, "/ready", methods=["GET"], name="ready")
        routes.add_route(_description, "/openapi.json", methods=["GET"], name="openapi")
        routes.add_route(site.asset, "/widget/<name:str>", methods=["GET"], name="asset")
        return routes

    def _route(self, do: Callable[[Request], Awaitable[Reply]]) -> Handler:
        """A handler that answers as JSON, whatever happens."""

        async def handle(request: Request) -> HTTPResponse:
            try:
                return self._with_headers(response.json(await do(request), dumps=_json), request)
            except Refused as known:
                refused = known
            except LockError:  # the store of locks has said why
                refused = Refused("unavailable")
            except Exception:
                logger.exception("A request of the web channel failed")
                refused = Refused("unavailable")
            REFUSED.labels(refused.code).inc()
            return self._with_headers(_refusal(refused, _language(getattr(request.ctx, "body", {}))), request)

        return handle

    async def _session(self, request: Request) -> Reply:
        """A new session, with what the assistant says first."""
        body = await self._body(request)
        return {
            "session": new_session(self._keys[0]),
            "greeting": await _greeting(request.app.ctx.agent, _language(body)),
        }

    async def _message(self, request: Request, on_new_message: Handle) -> Reply:
        """The reply to a message, made once."""
        asked = self._asked(await self._body(request))
        text, client_id = asked.body.get("text"), asked.body.get("id")
        if not isinstance(text, str) or not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
            raise Refused("bad_request")
        self._limit("session", asked.conversation)
        if len(text) > MOST_CHARACTERS:
            return {"reply": replies.sentence(too_long(asked.language), asked.language)}
        message = UserMessage(
            text,
            OnTheWeb(),
            asked.conversation,
            input_channel=self.name(),
            message_id=pseudonym(f"{asked.conversation} {client_id}", asked.key),
            metadata={"interface": asked.language},
        )
        # Shielded: the turn goes on when the line breaks or the time is over, and the next try finds its reply.
        turn = asyncio.ensure_future(self._once(message, request.app.ctx.agent, on_new_message))
        try:
            return {"reply": await asyncio.wait_for(asyncio.shield(turn), TURN_TIMEOUT)}
        except asyncio.TimeoutError:
            turn.add_done_callback(_heard)
            raise Refused("slow") from None

    async def _once(self, message: UserMessage, agent: Agent, on_new_message: Handle) -> Reply:
        """The reply to a message: the one that was given, or a new one."""
        # Rasa locks the conversation itself while it works: this lock has a name of its own.
        async with agent.lock_store.lock(f"web {message.sender_id}"):
            known = self._recent.get(message.message_id) or await _given(message, agent)
            if known:
                return known
            await on_new_message(message)
            said = message.output_channel.messages
            if not said:  # Rasa has logged why
                raise Refused("unavailable")
            reply = replies.structured(said, message.message_id)
            self._remember(message.message_id, reply)
            return reply

    def _remember(self, message_id: str, reply: Reply) -> None:
        """Keep a reply as long as a second try can come."""
        self._recent[message_id] = reply
        asyncio.get_running_loop().call_later(KEPT_FOR, self._recent.pop, message_id, None)
        if len(self._recent) > REPLIES_KEPT:
            self._recent.popitem(last=False)

    async def _history(self, request: Request) -> Reply:
        """The last bubbles of the session's conversation."""
        asked = self._asked(await self._body(request))
        said = turns.last_said(turns.database_of(request.app.ctx.agent), asked.conversation, EVENTS_OF_A_HISTORY)
        return {"messages": replies.history(said, asked.language)}

    async def _feedback(self, request: Request) -> Reply:
        """Keep what a person thinks of a reply of this conversation."""
        asked = self._asked(await self._body(request))
        reply_id, verdict = asked.body.get("reply"), asked.body.get("verdict")
        if not isinstance(reply_id, str) or verdict not in VERDICTS:
            raise Refused("bad_request")
        engine = turns.database_of(request.app.ctx.agent)
        if not turns.message(engine, asked.conversation, reply_id):
            raise Refused("bad_request")
        feedback.keep(engine, asked.conversation, reply_id, verdict)
        return {"verdict": verdict}

    async def _body(self, request: Request) -> Mapping[str, Any]:
        """The body of a request that may be done.

        Raises:
            Refused: it comes from elsewhere, too often, is too large, or no JSON object.
        """
        if not self._is_allowed(request):
            raise Refused("origin")
        self._limit("address", pseudonym(f"address {request.remote_addr or request.ip}", self._keys[0]))
        raw = await _read(request)
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            raise Refused("bad_request") from None
        if not isinstance(body, dict):
            raise Refused("bad_request")
        request.ctx.body = body
        return body

    def _asked(self, body: Mapping[str, Any]) -> Asked:
        session = opened(body.get("session"), self._keys)
        if not session:
            raise Refused("session_unknown")
        return Asked(body, session.conversation, session.key, _language(body))

    def _limit(self, kind: str, who: str) -> None:
        wait = self._rates.wait(kind, who)
        if wait:
            raise Refused("too_many", wait)

    def _is_allowed(self, request: Request) -> bool:
        """Whether the page that asks is ours or one of the listed; programs that are no browser name no origin."""
        origin = request.headers.get("origin")
        if origin is None:
            return True
        host = _host(origin)
        return bool(host) and (origin.lower() in self._origins or host == request.headers.get("host"))

    async def _before_cors(self, request: Request) -> HTTPResponse | None:
        """Keep Rasa's CORS rules, which are for its HTTP API, off this channel, and answer a browser's first question:
        it comes before `application/json` is sent from another site."""
        if not request.path.startswith(f"/webhooks/{self.name()}/"):
            return None
        setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
        return self._with_headers(response.empty(), request) if request.method == "OPTIONS" else None

    def _with_headers(self, answer: HTTPResponse, request: Request) -> HTTPResponse:
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Vary"] = "Origin"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        origin = request.headers.get("origin")
        if origin and self._is_allowed(request):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Allow-Methods"] = "POST"
            answer.headers["Access-Control-Allow-Headers"] = "Content-Type"
            answer.headers["Access-Control-Expose-Headers"] = "Retry-After"
            answer.headers["Access-Control-Max-Age"] = "86400"
        return answer


async def _read(request: Request) -> bytes:
    """The body.

    Raises:
        Refused: it is too large, or cannot be read.
    """
    try:
        return await body_of(request, MOST_BYTES)
    except TooLarge:
        raise Refused("too_large") from None
    except Unreadable:
        raise Refused("bad_request") from None


async def _given(message: UserMessage, agent: Agent) -> Reply | None:
    """The reply that another process, or this one before its restart, has given to this message."""
    engine = turns.database_of(agent)
    stored = turns.replies_to(engine, message.sender_id, message.message_id) or ()
    said = [replies.message_of(event) for event in stored] or await unasked.erased_by(message, agent, engine)
    return replies.structured(said, message.message_id) if said else None


async def _greeting(agent: Agent, language: str) -> Reply:
    """What is said before anybody has asked: no turn, and nothing is stored."""
    offered = tuple(families()["main"].menu)
    turn = Turn("chat.greet", "answer", "chat.greet", language=language, offered=offered, privacy=True)
    return replies.structured([await unasked.said(agent, turn, "utter_chat/greet", Web.name())], None)


def _host(origin: str) -> str:
    """Host and port of an origin, empty for what is none ("null", "http://[")."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _language(body: Mapping[str, Any]) -> str:
    language = body.get("language")
    return str(language) if language in LANGUAGES else LANGUAGES[0]


def _heard(turn: "asyncio.Future[Reply]") -> None:
    """A turn that nobody waits for any more may fail: what went wrong was logged where it did."""
    if not turn.cancelled():
        turn.exception()


def _refusal(refused: Refused, language: str) -> HTTPResponse:
    error = {
        "code": refused.code,
        "message": error_sentence(refused.code, language),
        "retry": refused.code in WORTH_A_RETRY,
    }
    headers = {"Retry-After": str(refused.wait)} if refused.wait else {}
    return response.json({"error": error}, STATUS[refused.code], headers, dumps=_json)


def _json(data: object) -> str:
    """Compact, and Arabic as itself: half the bytes of escapes. Half a character, which JSON can hold, is replaced."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()


async def _health(request: Request) -> HTTPResponse:
    """Whether a model is loaded and messages are answered."""
    agent = getattr(request.app.ctx, "agent", None)
    ready = bool(agent and agent.is_ready())
    return response.json({"status": "ok" if ready else "loading"}, 200 if ready else 503)


async def _ready(request: Request) -> HTTPResponse:
    """Whether all is there that answering takes; not before the server has started."""
    ready: Handler | None = getattr(request.app.ctx, "ready", None)
    return await ready(request) if ready else response.json({"status": "not ready"}, 503)


async def _description(request: Request) -> HTTPResponse:
    return response.json(yaml.read(_DESCRIPTION))
