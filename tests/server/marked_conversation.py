"""Run by test_logs_without_people in a process of its own: makes Rasa and Sanic log all they can about one person.

Arguments: the marked word, the sender id, and how lines are written: `text`, `json`, or `as it is`, with nothing done
against it.
"""

import asyncio
import logging
import socket
import sys
import traceback
import warnings
from types import SimpleNamespace

import aiohttp
import structlog
from rasa.core.channels.rest import RestInput
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.core.run import configure_app
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.slots import CategoricalSlot
from rasa.utils.common import update_sanic_log_level
from rasa.utils.log_utils import configure_structlog
from sanic import response

WORD, SENDER, FORM = sys.argv[1:4]
logger = logging.getLogger("rasa.core.anything")
structlogger = structlog.get_logger()


def raises_with_the_word(text):
    kept_in_a_local_variable = f"local {text}"
    try:
        {}[kept_in_a_local_variable]
    except KeyError as missing:
        raise ValueError(f"cannot read {text!r}") from missing


async def on_new_message(message):
    async with InMemoryLockStore().lock(message.sender_id):
        raises_with_the_word(message.text)


async def unhandled(request):
    raises_with_the_word(request.args["text"][0])
    return response.text("never")


async def requests():
    app = configure_app([RestInput()], enable_api=False)
    app.ctx.agent = SimpleNamespace(handle_message=on_new_message)
    app.add_route(unhandled, "/unhandled")
    listening = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=True)
    await server.startup()
    await server.before_start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{listening.getsockname()[1]}") as session:
        message = {"sender": SENDER, "message": WORD}
        async with session.post("/webhooks/rest/webhook", json=message) as answer:
            sys.stdout.write(f"rest answered {answer.status} {await answer.json()}\n")
        async with session.get("/unhandled", params={"text": WORD, "sender": SENDER}) as answer:
            sys.stdout.write(f"unhandled answered {answer.status}\n")
    asyncio.get_running_loop().create_task(forgotten())
    await asyncio.sleep(0.1)
    server.close()


async def forgotten():
    raises_with_the_word(WORD)


class FailingStore(InMemoryTrackerStore):
    async def save(self, tracker):
        raises_with_the_word(WORD)


def log_everything():
    try:
        raises_with_the_word(WORD)
    except ValueError as error:
        logger.exception(f"It failed: {error}")
        logger.error("It failed: %s", error)
        logger.error(error)
        logger.error(traceback.format_exc())
        structlogger.exception("rest.message.received.failure", text=WORD, sender_id=SENDER, slots={"x": WORD})
        structlogger.error("message.failed", exc_info=error, parse_data_entities=[WORD], headers={"x": WORD})
    logger.error("too few %s %s", WORD)
    structlogger.info("said", anything_new=WORD, event_info=f"for conversation ID '{SENDER}'")
    parse_data = {"intent": {"name": WORD}, "entities": [{"entity": f"'{WORD}'"}]}
    domain = Domain.from_yaml("{version: '3.1', intents: [iom], entities: [city]}")
    MessageProcessor._check_for_unseen_features(SimpleNamespace(domain=domain), parse_data)
    slot = CategoricalSlot("kind", [], values=["a"])
    slot.value = WORD
    slot.as_feature()
    store = FailSafeTrackerStore(FailingStore(domain))
    asyncio.run(store.get_or_create_tracker(SENDER))
    logging.getLogger("sanic.error").error("a line that stays, phone 0612345678")


configure_structlog(logging.DEBUG)
for name in ("", "rasa", "asyncio"):
    logging.getLogger(name).setLevel(logging.DEBUG)
structlogger.info("used before configure")
if FORM != "as it is":
    from assistant.server.logs import configure, set_up

    configure(b"key")
    set_up("assistant", FORM)
    set_up("assistant", FORM)
update_sanic_log_level()
warnings.simplefilter("always")
log_everything()
asyncio.run(requests())
if FORM == "json":
    sys.excepthook(ValueError, ValueError(WORD), None)  # as Python does when it ends by an error
