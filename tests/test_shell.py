"""`make shell`: a talk in the terminal, with the assistant that runs already."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

from assistant.paths import ROOT
from tests.conftest import Assistant


def test_a_talk_in_both_languages(assistant: Assistant) -> None:
    typed = "bonjour\n1\nكيفاش نجدد لاكارط ديالي\n"
    talk = subprocess.run(
        [sys.executable, "-m", "assistant.shell"],
        input=typed.encode(),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_PORT": str(urlsplit(assistant.url).port), "PYTHONIOENCODING": "utf-8"},
        timeout=120,
        check=True,
    )
    shown = talk.stdout.decode()
    assert "Bonjour, je suis Dalil" in shown
    assert "[1] 🪪 Papiers et séjour" in shown
    assert "que voulez-vous savoir ?" in shown
    assert "اطلبوا التجديد" in shown
