"""Takes a copy by REST back: removes the rows that it stored and nobody changed or needs, by their ids.

REST can neither lock nor check and remove in one transaction. So a row is
removed by a condition on its id and, where the table has one, on the time of
its last change, as it was when all its columns were compared; rows that
another row refers to stay, because removing them would remove or change that
row. What writes to these tables should be stopped meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError, StackError, Unauthorized
from harness.models import ENTITIES, Entity
from migrations.rest.client import RestClient, texts_of
from migrations.rest.journal import Journal, fingerprint_of
from migrations.rest.journal_reading import read_journal, stored_rows
from migrations.rest.key import require_service_role
from migrations.rest.writer import IDS_OF_A_REQUEST
from migrations.sources.location import RestAt
from migrations.wording import counted

__all__ = ["Kept", "Undone", "undo"]

_ROWS_OF_A_REQUEST = 60
"""Rows of one removing request: two conditions each."""
_MOST_NAMED = 1_000
"""How many of the kept rows of a table are named."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A row of the copy that was not removed."""

    id: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What a rollback did to one table."""

    table: str
    stored: int
    """Rows that the copy stored."""
    removed: int
    gone: int
    """Rows that somebody else had removed."""
    kept: Mapping[str, int]
    """How many rows were not removed, by the reason."""
    named: tuple[Kept, ...]
    """The first of them."""


def undo(location: RestAt, journal: Path) -> tuple[Undone, ...]:
    """Remove what a copy stored, children before the rows that they refer to.

    Raises ConfigurationError for a journal of another project, or of a copy whose last request is not
    settled, and StackError if the server goes away; running it again goes on.
    """
    content = read_journal(journal)
    if content.header.target != str(location):
        raise ConfigurationError(
            f"{journal} tells of a copy to {content.header.target}, and the target is {location}."
        )
    if unsettled := sum(len(ids) for ids in content.unsettled.values()):
        raise ConfigurationError(
            f"Of {counted(unsettled)} of this copy nobody knows whether they were stored. Run the copy again "
            "with the same options first: it reads them back."
        )
    with RestClient(location) as client, Journal.resume(journal) as writing:
        for entity in ENTITIES.values():
            require_service_role(location, client, entity.table)
        children_first = reversed(tuple(ENTITIES.values()))
        undone = tuple(_Undo(client, writing, entity).run() for entity in children_first)
        writing.rolled_back()
    return undone


class _Undo:
    """The rollback of one table."""

    def __init__(self, client: RestClient, journal: Journal, entity: Entity[Any]) -> None:
        self._client = client
        self._journal = journal
        self._entity = entity
        self._select = ("select", texts_of(entity))
        self._removed = 0
        self._gone = 0
        self._kept: Counter[str] = Counter()
        self._named: list[Kept] = []

    def run(self) -> Undone:
        stored = 0
        for batch in stored_rows(self._journal.path, self._entity.table):
            stored += len(batch)
            for part in _parts(batch, IDS_OF_A_REQUEST):
                self._take_back(dict(part))
        return Undone(
            table=self._entity.table,
            stored=stored,
            removed=self._removed,
            gone=self._gone,
            kept=dict(self._kept),
            named=tuple(self._named),
        )

    def _take_back(self, fingerprints: dict[str, str]) -> None:
        ids = f"in.({','.join(fingerprints)})"
        there = {
            row["id"] or "": row for row in self._client.rows(self._entity.table, [self._select, ("id", ids)])
        }
        self._gone += len(fingerprints.keys() - there.keys())
        needed = dict(self._needed(there)) if there else {}
        removable: list[dict[str, str | None]] = []
        for id, row in there.items():
            if fingerprint_of(row) != fingerprints[id]:
                self._keep(id, "it was changed after the copy")
            elif id in needed:
                self._keep(id, f"a row of {needed[id]} refers to it")
            else:
                removable.append(row)
        for part in _parts(removable, _ROWS_OF_A_REQUEST):
            self._remove(part)

    def _needed(self, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The ids of those that other rows refer to, with the table of these; children go first."""
        listed = f"in.({','.join(ids)})"
        for child in ENTITIES.values():
            for column in child.columns:
                if column.references is None or column.references.table != self._entity.table:
                    continue
                after: str | None = None
                while True:
                    page = self._client.rows(
                        child.table,
                        [
                            ("select", f"id::text,{column.name}::text"),
                            (column.name, listed),
                            *([("id", f"gt.{after}")] if after is not None else []),
                            ("order", "id.asc"),
                        ],
                    )
                    if not page:
                        break
                    yield from ((row[column.name] or "", child.table) for row in page)
                    after = page[-1]["id"]

    def _remove(self, rows: Sequence[dict[str, str | None]]) -> None:
        conditions = ",".join(f"and({','.join(self._conditions(row))})" for row in rows)
        answer = self._client.write("DELETE", self._entity.table, [self._select, ("or", f"({conditions})")])
        if isinstance(answer.failure, Unauthorized):
            for row in rows:
                self._keep(row["id"] or "", "the service role may not delete here; use DATABASE_URL")
            return
        if answer.failure is not None:
            raise StackError(
                f"{self._entity.table} could not be taken back: {answer.failure}. Run the rollback again: "
                "what it removed already counts as gone then."
            )
        removed = {row["id"] or "" for row in answer.rows}
        self._journal.removed(self._entity.table, removed)
        self._removed += len(removed)
        for row in rows:
            if row["id"] not in removed:
                self._keep(row["id"] or "", "it was changed while the copy was taken back")

    def _conditions(self, row: dict[str, str | None]) -> Iterator[str]:
        yield f"id.eq.{row['id']}"
        if self._entity.updated is not None:
            yield f'{self._entity.updated}.eq."{row[self._entity.updated]}"'

    def _keep(self, id: str, why: str) -> None:
        self._kept[why] += 1
        if len(self._named) < _MOST_NAMED:
            self._named.append(Kept(id=id, why=why))


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]
