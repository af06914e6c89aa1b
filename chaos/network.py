"""Cables that can be pulled: PostgreSQL in a network namespace of its own, with one cable for each who may be cut off.

Nothing leaves the machine: both ends of each cable are on it. Needs root and the kernel's namespaces; without them the
database listens on loopback, and what needs a cable is not run.
"""

import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

NET = "198.18"  # for tests of devices between networks (RFC 2544): nobody's real address


@dataclass(frozen=True)
class Cable:
    """A pair of devices.

    Attributes:
        address: at which whoever uses this cable finds the database.
        near: name of the device on our side.
        far: name of the other end, in the namespace.
        namespace: its name.
    """

    address: str
    near: str
    far: str
    namespace: str

    def pull(self) -> None:
        """From now on every packet is lost, without a word to either side."""
        _inside(self.namespace, "link", "set", self.far, "down")

    def plug_in(self) -> None:
        """Packets arrive again."""
        _inside(self.namespace, "link", "set", self.far, "up")


@dataclass(frozen=True)
class Network:
    """A namespace with its cables.

    Attributes:
        command: what a command is preceded by to run in it.
        cables: see `Cable`.
    """

    command: Sequence[str]
    cables: Sequence[Cable]


def why_not() -> str:
    """Why there can be no namespace here; empty when there can."""
    if os.geteuid() != 0:
        return "this account is not root"
    name = f"dalil-try-{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("netns", "delete", name)
    except FileNotFoundError:
        return "there is no command `ip` (Debian: apt-get install iproute2)"
    except subprocess.CalledProcessError as error:
        return f"no namespace can be made here ({error.stderr.strip()})"
    return ""


@contextmanager
def network(cables: int) -> Iterator[Network]:
    """Make a namespace with so many cables; gone afterwards.

    Raises:
        subprocess.CalledProcessError: not possible here; see `why_not`.
    """
    name = f"dalil-{os.getpid()}"
    laid: list[Cable] = []
    _ip("netns", "add", name)
    try:
        for number in range(cables):
            laid.append(_lay(name, number))
        yield Network(("ip", "netns", "exec", name), laid)
    finally:
        for cable in laid:  # left to the namespace's end, they would stay for a moment, in the way of the next
            _ip("link", "delete", cable.near)
        _ip("netns", "delete", name)


def _lay(namespace: str, number: int) -> Cable:
    near, far = f"dn{os.getpid()}.{number}", f"df{os.getpid()}.{number}"
    ours, theirs = _free_pair()
    _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", namespace)
    _ip("address", "add", f"{ours}/30", "dev", near)
    _ip("link", "set", near, "up")
    _inside(namespace, "address", "add", f"{theirs}/30", "dev", far)
    _inside(namespace, "link", "set", far, "up")
    # Known for good: a cut is otherwise noticed by the neighbour that does not answer, which behind a router none does.
    _ip("neighbour", "replace", theirs, "lladdr", _hardware(namespace, far), "dev", near, "nud", "permanent")
    return Cable(theirs, near, far, namespace)


def _free_pair() -> tuple[str, str]:
    """Addresses of a cable's ends that no cable of this or another run has."""
    taken = _ip("-oneline", "-4", "address")
    third = random.choice([number for number in range(256) if f" {NET}.{number}.1/" not in taken])
    return f"{NET}.{third}.1", f"{NET}.{third}.2"


def _hardware(namespace: str, device: str) -> str:
    words = _inside(namespace, "-oneline", "link", "show", "dev", device).split()
    return words[words.index("link/ether") + 1]


def _inside(namespace: str, *arguments: str) -> str:
    return _ip("-netns", namespace, *arguments)


def _ip(*arguments: str) -> str:
    return subprocess.run(("ip", *arguments), check=True, capture_output=True, text=True).stdout
