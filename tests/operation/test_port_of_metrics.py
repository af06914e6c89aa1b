"""The port of the metrics is one that was asked for, or an error that names the setting."""

import socket

import pytest
import requests

from assistant.operation.exposing import open_port
from assistant.server.system import StopError
from tests.conftest import free_port
from tests.operation.scraped import Scrape


def test_it_is_open_where_it_was_asked_for() -> None:
    port = free_port()
    open_port("127.0.0.1", port, "ASSISTANT_METRICS_PORT")
    assert "process_resident_memory_bytes" in Scrape(f"http://127.0.0.1:{port}/metrics").names()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.2:{port}/metrics", timeout=5)


def test_none_is_none() -> None:
    open_port("no address at all", 0, "ASSISTANT_METRICS_PORT")


def test_one_that_is_taken_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StopError, match=rf"Port {port} is taken by .* set ACTIONS_METRICS_PORT to another port"):
            open_port("127.0.0.1", port, "ACTIONS_METRICS_PORT")


def test_an_address_that_is_none_of_this_machine_is_named_with_its_setting() -> None:
    with pytest.raises(StopError, match=r"Set METRICS_HOST\."):
        open_port("192.0.2.1", free_port(), "ASSISTANT_METRICS_PORT")
