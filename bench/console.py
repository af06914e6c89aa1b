"""The console's pages on 100,000 conversations: `python -m bench.console`, a part of `make bench-channels`.

A process of its own: Django's settings are those of a folder of its own. Milliseconds of a whole request, without the
network, as the role that sees most.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator

from assistant.paths import ROOT

CONVERSATIONS = 100_000
ROUNDS = 15
LISTS = {
    "list": "",
    "not reviewed": "reviewed=no",
    "queue: danger": "queue=danger",
    "queue: not understood": "queue=improve",
    "queue: one in ten": "queue=sample",
    "misconduct": "mark=misconduct",
    "a topic": "topic=regul.card",
    "a rare topic": "topic=conference.tourism",
    "Arabic, WhatsApp, unsure": "language=ar&channel=whatsapp&confidence=low",
    "a verdict": "verdict=wrong_topic",
    "words: carte": "q=carte",
    "words: الاقامة": "q=الاقامة",
    "sorted by messages": "o=-5",
}


def lines() -> Iterator[str]:
    """Fill the tables and measure; a line a page."""
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from bench.transcripts_data import make

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    make(CONVERSATIONS)
    yield f"console, {CONVERSATIONS:,} conversations made in {time.perf_counter() - begun:.0f} s"
    call_command("count_figures", all=True, verbosity=0)
    user = User.objects.create_user("bench", is_staff=True)
    user.groups.add(Group.objects.get(name="admin"))
    client = _signed_in(Client(headers={"host": "127.0.0.1"}), user)
    listed = reverse("admin:transcripts_conversation_changelist")
    for name, query in LISTS.items():
        yield _line(client, f"console, {name}", f"{listed}?{query}")
    yield _line(client, "console, overview", reverse("admin:index"))
    yield _line(client, "console, figures of 90 days", f"{reverse('admin:figures_dailycount_changelist')}?period=90")


def _signed_in(client: object, user: object) -> object:
    from tests.console.conftest import come_in

    return come_in(client, user)


def _line(client: object, name: str, address: str) -> str:
    times = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        status = client.get(address).status_code
        times.append((time.perf_counter() - begun) * 1000)
        if status != 200:
            raise SystemExit(f"{address}: status {status}")
    return f"{name:44s} p50 {statistics.median(times):6.0f} ms   slowest {max(times):6.0f} ms"


def main() -> int:
    """Measure in a folder of its own and print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VAR_DIR=folder, DATABASE_URL="", DJANGO_SETTINGS_MODULE="config.settings")
        sys.path.insert(0, str(ROOT / "console"))
        import django

        django.setup()
        for line in lines():
            print(line, flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
