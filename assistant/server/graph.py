"""Rasa's graph of components, run without dask: a turn has three runs, and dask plans each anew.

The nodes are Rasa's own and are called as Rasa calls them; only their order is worked out once.
"""

from typing import Any

import rasa.core.processor as processor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner


def install() -> None:
    """Have Rasa run the models that it loads from here on without dask."""
    processor.DaskGraphRunner = PlainGraphRunner  # its one use: to load a model


class PlainGraphRunner(DaskGraphRunner):
    """Calls the nodes that the targets need, one after the other."""

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - Rasa's own
        super().__init__(*args, **more)
        self._orders: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Called by Rasa.

        Args:
            inputs: values by name, which nodes ask for as if other nodes had made them.
            targets: nodes whose output is wanted; all targets of the graph by default.

        Raises:
            GraphRunError: a RuntimeError in a node, an input that nobody gave, or one that clashes with a node.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        outputs: dict[str, Any] = dict.fromkeys(self._order(wanted))
        self._add_inputs_to_graph(inputs, outputs)
        try:
            for name, needs in self._order(wanted).items():
                if outputs[name] is None:
                    # A name instead of an output is how a node hears that there is none.
                    outputs[name] = self._instantiated_nodes[name](*(outputs.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(outputs[target] for target in wanted)

    def _order(self, wanted: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """What each node needs, in an order in which all of that comes before it."""
        if wanted not in self._orders:
            order: dict[str, tuple[str, ...]] = {}
            for target in wanted:
                self._put_after_needs(target, order)
            self._orders[wanted] = order
        return self._orders[wanted]

    def _put_after_needs(self, name: str, order: dict[str, tuple[str, ...]]) -> None:
        node = self._graph_schema.nodes.get(name)
        if node is not None and name not in order:  # what is no node is an input
            for need in node.needs.values():
                self._put_after_needs(need, order)
            order[name] = tuple(node.needs.values())
