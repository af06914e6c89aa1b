"""Putting the file's rows into the tables, without undoing what staff did in the console."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from tqdm import tqdm

from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation
from contacts.seed.read import Row

REASON = "import"  # in the history of rows that this module wrote; whatever else stands there is staff's work
TABLES = (Need, City, Organization, Location, Phone, Schedule, Service, ServiceAtLocation)


@dataclass
class Outcome:
    """What became of the file's rows.

    Attributes:
        written: how many were "created", "updated" and "unchanged".
        kept: rows in which staff's version stayed.
        gone: rows that an earlier import made and that the file lacks; they stay.
    """

    written: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@transaction.atomic
def load(rows: Sequence[Row], overwrite: bool = False, keep: bool = True) -> Outcome:
    """Create what is missing and bring the rest up to date: everything or, when something fails, nothing.

    Args:
        rows: see `contacts.seed.read.read`.
        overwrite: replace rows that staff edited, too, and bring back those that they deleted.
        keep: False takes everything back at the end (a dry run).
    """
    outcome = Outcome()
    seen: dict[type[models.Model], set[Any]] = {table: set() for table in TABLES}
    for row in tqdm(rows, disable=None, unit=" rows"):  # None: on a terminal only
        found = _put(row, overwrite, outcome)
        if found is not None:
            seen[row.model].add(found.pk)
    listed = Counter(row.key["location"] for row in rows if row.model is Phone)
    for table, pks in seen.items():
        for lost in table._default_manager.exclude(pk__in=pks):
            if not _by_hand(lost.history.first()):
                outcome.gone.append(f"{table._meta.verbose_name} {_name(lost)}")
                if isinstance(lost, Phone):
                    _move_behind(lost, listed[lost.location.slug], outcome)
    transaction.set_rollback(not keep)
    return outcome


def _put(row: Row, overwrite: bool, outcome: Outcome) -> models.Model | None:
    """Write one row; None when staff deleted it, or one that it names."""
    links = {name: model._default_manager.filter(slug=slug).first() for name, (model, slug) in row.links.items()}
    key, values = {**row.key, **_only(links, row.key)}, {**row.values, **_only(links, row.values)}
    found = None if None in links.values() else row.model._default_manager.filter(**key).first()
    if found is None:
        if None in links.values() or (_removed_by_hand(row.model, key) and not overwrite):
            outcome.kept.append(f"{row} (deleted or renamed)")
            return None
        found = row.model(**key, **values)
        _save(found, row, outcome, "created")
    elif not _differs(found, values, row):
        outcome.written["unchanged"] += 1
    elif _by_hand(found.history.first()) and not overwrite:
        outcome.kept.append(str(row))
    else:
        for name, value in values.items():
            setattr(found, name, value)
        _save(found, row, outcome, "updated")
    return found


def _only(links: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: link for name, link in links.items() if name in fields}


def _differs(found: models.Model, values: dict[str, Any], row: Row) -> bool:
    if any(getattr(found, name) != value for name, value in values.items()):
        return True
    return isinstance(found, Service) and set(found.cities.values_list("slug", flat=True)) != set(row.cities)


def _save(found: Any, row: Row, outcome: Outcome, what: str) -> None:  # noqa: ANN401 - a row of any table
    found._change_reason = REASON
    found.save()
    if isinstance(found, Service):
        found.cities.set(City.objects.filter(slug__in=row.cities))
    outcome.written[what] += 1


def _by_hand(record: Any) -> bool:  # noqa: ANN401 - a record of any table's history
    """Whether the newest record of a row's history comes from somebody else than an import; so does a lost history."""
    return record is None or record.history_user_id is not None or record.history_change_reason != REASON


def _removed_by_hand(model: Any, key: dict[str, Any]) -> bool:  # noqa: ANN401
    """Whether there was such a row until staff deleted it or gave it another number, hour or place."""
    former = model.history.filter(**key).first()
    return former is not None and _by_hand(model.history.filter(id=former.id).first())


def _move_behind(phone: Phone, listed: int, outcome: Outcome) -> None:
    """A number that the file dropped is not the one to show any more; deleting it is for staff."""
    if phone.position < listed:
        phone.position = listed
        phone._change_reason = REASON
        phone.save()
        outcome.written["updated"] += 1


def _name(row: Any) -> str:  # noqa: ANN401
    return getattr(row, "slug", None) or f"{row.location.slug}: {row}"
