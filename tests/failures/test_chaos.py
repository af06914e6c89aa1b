"""The scaled system while things break: nobody's message is lost, doubled or out of order, and all is normal soon.

A short form of `make chaos` (docs/reliability.md), with the three that touch most: an assistant, the database, locks.
"""

import pytest

from assistant.server.system import StopError
from chaos.cases import case
from chaos.faults import FAULTS
from chaos.page import GOAL, misses
from chaos.system import scaled
from tests.conftest import REPORT

# Times depend on the machine and its neighbours: the table has them, a test does not fail for them.
LATE = f"later than {GOAL:.0f} s"


@pytest.mark.long
def test_messages_survive_what_breaks(request: pytest.FixtureRequest) -> None:
    try:
        with scaled() as system:
            found = [case(system, [FAULTS[name]]) for name in ("worker", "postgres", "redis")]
    except StopError as error:
        pytest.skip(str(error))
    lines = [f"{one.name}: {one.sent} sent, {one.lost} lost, {one.doubled} doubled" for one in found]
    request.config.stash.setdefault(REPORT, []).extend(lines)
    assert {one.name: missed for one in found if (missed := [what for what in misses(one) if what != LATE])} == {}
    assert [one.name for one in found if one.unwritten] == []
