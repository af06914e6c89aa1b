"""What a gate finds."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: which gate found it, where it stands, what is wrong and how to mend it."""

    gate: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.gate}: {self.where}: {self.what}"
