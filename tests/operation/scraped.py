"""Metrics as Prometheus reads them."""

from collections.abc import Iterator

import requests
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families


class Scrape:
    """What a process showed in one moment."""

    def __init__(self, url: str) -> None:
        answer = requests.get(url, timeout=30)
        assert answer.status_code == 200, answer.text
        self.text = answer.text
        self.families: list[Metric] = list(text_string_to_metric_families(self.text))

    def value(self, name: str, **labels: str) -> float:
        """A sample; 0 when it is not there yet."""
        return sum(sample.value for sample in self._samples() if sample.name == name and sample.labels == labels)

    def names(self) -> set[str]:
        """Names of all samples, our own and those of Python's process."""
        return {sample.name for sample in self._samples()}

    def labels(self) -> set[tuple[str, str]]:
        """Every label of our own metrics with every value that it has."""
        own = (sample for sample in self._samples() if sample.name.startswith("dalil_"))
        return {pair for sample in own for pair in sample.labels.items()}

    def _samples(self) -> Iterator:
        return (sample for family in self.families for sample in family.samples)
