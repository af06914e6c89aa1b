"""Metrics for Prometheus, on a port of their own: each process shows what it knows (docs/operation.md)."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.server.system import check_port


class Value(NamedTuple):
    """A value that is looked up when it is asked for."""

    name: str
    help: str
    value: float


class _Asked(Collector):
    """Values that are looked up while Prometheus waits."""

    def __init__(self, look: Callable[[], Iterable[Value]]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """Called with each scrape."""
        for one in self._look():
            yield GaugeMetricFamily(one.name, one.help, one.value)

    def describe(self) -> Iterable[Metric]:
        """Called at registration: nothing is looked up yet."""
        return ()


def when_asked(look: Callable[[], Iterable[Value]]) -> None:
    """Show values that are looked up with each scrape, in a thread beside the turns.

    Args:
        look: looks; what it cannot find out it leaves away, and says so in the log.
    """
    REGISTRY.register(_Asked(look))


def open_port(host: str, port: int, variable: str) -> None:
    """Show this process's metrics; nothing at port 0.

    Args:
        host: where to listen.
        port: of its own.
        variable: the setting that changes the port.

    Raises:
        StopError: the port is taken or not allowed, or the address is none of this machine.
    """
    if port:
        check_port(host, port, variable, "METRICS_HOST")
        start_http_server(port, host)
