"""Who has no WhatsApp number has no address that listens for one."""

import pytest
import requests

from tests.conftest import Assistant


@pytest.mark.parametrize("path", ["", "/", "/webhook"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_listens(assistant: Assistant, method: str, path: str) -> None:
    answer = requests.request(method, f"{assistant.site}/webhooks/whatsapp{path}", data=b"{}", timeout=60)
    assert answer.status_code == 404
