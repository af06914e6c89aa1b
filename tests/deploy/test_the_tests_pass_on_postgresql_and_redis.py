"""What people and staff do goes on PostgreSQL and Redis as on one machine's files: the very same tests, in the part of
`make test-scaled` that `make test-all` has time for."""

import subprocess
import sys

import pytest

from assistant.paths import ROOT
from assistant.server import engines
from assistant.server.system import StopError
from tests.stores import about_one_process

PARTS = (
    *("tests/dialogues/test_dialogues.py", "tests/channels", "tests/whatsapp", "tests/test_stores.py"),
    *("tests/console", "tests/hsds", "--ignore=tests/console/browser"),
    *("tests/widget/test_a_conversation_in_each_language.py", "tests/widget/test_bad_network.py"),
    *("tests/privacy/test_the_data_map_is_whole.py", "tests/server/test_bad_input.py"),
)


@pytest.mark.long
@about_one_process("It is what runs now")
def test_what_people_and_staff_do() -> None:
    try:
        engines.postgresql_programs()
        engines.program("redis-server", "redis-server")
    except StopError as missing:
        pytest.skip(str(missing))
    call = [sys.executable, "-m", "tests.scaled", *PARTS, "-m", "not long", "-p", "no:cacheprovider"]
    ran = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-1000:]
