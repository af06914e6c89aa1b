"""What the shared assistant is told is where the run has it: in files, or on PostgreSQL with locks in Redis."""

from urllib.parse import urlsplit

from assistant.storage import locks
from tests import stores
from tests.conftest import Assistant
from tests.whatsapp.sandbox import wait_for


def test_conversations_are_where_the_run_has_them(assistant: Assistant) -> None:
    person = assistant.conversation()
    person.say("bonjour")
    ((events,),) = stores.select(assistant.var, "SELECT count(*) FROM events")
    assert events > 0
    assert (assistant.var / "conversations.db").exists() != stores.SCALED


def test_so_are_locks(assistant: Assistant) -> None:
    shared = stores.environment(assistant.var)["REDIS_URL"]
    assert bool(shared) == stores.SCALED
    if shared:
        own = f":{urlsplit(assistant.site).port}"
        wait_for(lambda: locks.workers(shared), lambda names: [name.endswith(own) for name in names] == [True])
