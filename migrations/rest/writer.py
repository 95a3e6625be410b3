"""Stores rows in one table by REST: each request is one transaction, and is never repeated blindly.

A request either stores all of its rows or none. One that is refused is cut in
halves until the rows that are the reason stand alone, the earlier half first,
so that of two rows that collide the first in the source stays. One whose
answer is lost is settled by reading its ids back.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.errors import ConfigurationError, Conflict, StackError, Unauthorized, Unavailable
from harness.models import Entity
from migrations.rest.client import Answer, RestClient, texts_of
from migrations.rest.encode import Row, body_of
from migrations.rest.equality import differing
from migrations.rest.journal import Journal
from migrations.rest.journal_reading import settled_ids
from migrations.rest.refusals import differs, refused_by, repeated
from migrations.sources.segment import Refused

__all__ = ["IDS_OF_A_REQUEST", "Loaded", "Writer"]

IDS_OF_A_REQUEST = 150
"""Ids of one request that names rows: some 6 kB of URL, which every gateway takes."""
_PAUSES_S = (0.1, 0.3, 1.0, 3.0, 10.0)
"""How long to wait before rows that are not stored are sent again."""
_OF_ROWS = ("22", "23", "44", "54", "P0")
"""The classes of SQLSTATE that say something about a row, not about the server."""
_AGAIN = "What was stored is written down: run the same command again, and it goes on where it stopped."

Texts = Mapping[str, str | None]


@dataclass
class Loaded:
    """What became of rows."""

    inserted: int = 0
    identical: list[str] = field(default_factory=list)
    """The ids of the rows that were there before."""
    refused: list[Refused] = field(default_factory=list)


class Writer:
    """Stores the rows of one table. Not safe to share between threads."""

    def __init__(
        self,
        client: RestClient,
        journal: Journal,
        entity: Entity[Any],
        *,
        was_empty: bool,
        own: Iterable[str] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take where to write.

        `was_empty`: the table had no row when the copy began, so that what is there is the copy's own.
        `own`: the ids that an earlier process may have stored in the segment that it did not complete.
        """
        self._client = client
        self._journal = journal
        self._entity = entity
        self._was_empty = was_empty
        # Ids of the source that were accounted for: so one that occurs again is told from one that was there.
        self._seen = settled_ids(journal.path, entity.table)
        self._own = set(own) - self._seen
        self._sleep = sleep
        self._select = ("select", texts_of(entity))
        self._columns = ("columns", ",".join(column.name for column in entity.columns))

    def load(self, rows: Sequence[Row]) -> Loaded:
        """Store the rows of one request, in their order.

        Raises StackError when the server is gone for too long, and ConfigurationError when it changes what it
        stores, or when the key may not write: what was stored until then is in the journal.
        """
        loaded = Loaded()
        for run in _runs(rows):
            new = run if self._was_empty and not self._own else self._new_ones(run, loaded)
            if new:
                self._send(new, loaded)
        if loaded.identical:
            self._journal.identical(self._entity.table, loaded.identical)
        return loaded

    def _new_ones(self, rows: Sequence[Row], loaded: Loaded) -> list[Row]:
        """Account for the rows whose ids are in the table, and return the others."""
        there = self._read_back(rows)
        for row in rows:
            if row.id in there:
                self._found(row, there[row.id], loaded)
        return [row for row in rows if row.id not in there]

    def _found(self, row: Row, there: Texts, loaded: Loaded) -> None:
        """Account for a row whose id is in the table."""
        if row.id in self._seen:
            loaded.refused.append(repeated(self._entity, row))
        elif differing := self._differing(row, there):
            loaded.refused.append(differs(self._entity, row, differing))
        elif row.id in self._own:
            self._keep([there])
            loaded.inserted += 1
        else:
            self._seen.add(row.id)
            loaded.identical.append(row.id)

    def _send(self, rows: Sequence[Row], loaded: Loaded) -> None:
        pauses = iter(_PAUSES_S)
        while rows:
            self._journal.announce(self._entity.table, (row.id for row in rows))
            parameters = [self._columns, self._select]
            answer = self._client.write("POST", self._entity.table, parameters, body_of(rows))
            if answer.failure is None:
                return self._check(rows, answer.rows, loaded)
            if _concerns_rows(answer) or (len(rows) > 1 and _is_too_much(answer)):
                self._nothing_done(rows)
                return self._halve(rows, answer, loaded)
            certain = isinstance(answer.failure, Unavailable | Unauthorized)
            if certain:
                self._nothing_done(rows)
            if isinstance(answer.failure, Unauthorized):
                raise ConfigurationError(
                    f"{self._entity.table} cannot be written: {answer.failure}. Grant INSERT and SELECT to "
                    f"the role of the service key. {_AGAIN}"
                )
            pause = next(pauses, None)
            if pause is None:
                raise StackError(f"{self._entity.table} could not be written: {answer.failure}. {_AGAIN}")
            self._sleep(pause)
            rows = rows if certain else self._settled(rows, loaded)
        return None

    def _settled(self, rows: Sequence[Row], loaded: Loaded) -> Sequence[Row]:
        """After a request that may have happened: read its rows back, and return those that are not there."""
        there = self._read_back(rows)
        # What is there now was not there before it was sent.
        present = [row for row in rows if row.id in there]
        if present:
            self._check(present, [there[row.id] for row in present], loaded)
        missing = [row for row in rows if row.id not in there]
        # The server may still be at it: should they appear later, they are the copy's own.
        self._own.update(row.id for row in missing)
        return missing

    def _check(self, rows: Sequence[Row], there: Sequence[Texts], loaded: Loaded) -> None:
        """Account for rows that were stored, and compare them: a trigger or a rule may have changed them."""
        self._keep(there)
        by_id = {row["id"]: row for row in there}
        if by_id.keys() != {row.id for row in rows}:
            raise ConfigurationError(
                f"{self._entity.table}: {len(rows)} rows were sent, and the server says that it stored "
                f"{len(by_id)}: a trigger or a rule leaves rows out. Remove it, or copy by DATABASE_URL."
            )
        for row in rows:
            if differing := self._differing(row, by_id[row.id]):
                raise ConfigurationError(
                    f"{self._entity.table}: the row {row.id} was stored with another value in "
                    f"{', '.join(differing)}: a trigger changes what is inserted. Roll the copy back and "
                    "remove the trigger, or copy by DATABASE_URL with --allow-triggers."
                )
        loaded.inserted += len(rows)

    def _halve(self, rows: Sequence[Row], answer: Answer, loaded: Loaded) -> None:
        if len(rows) > 1:
            middle = len(rows) // 2
            self._send(rows[:middle], loaded)
            self._send(rows[middle:], loaded)
            return
        (row,) = rows
        key = self._entity.all_uniques[0].name
        has_key = isinstance(answer.failure, Conflict) and answer.failure.constraint == key
        there = self._read_back(rows).get(row.id) if has_key else None
        if there is None:
            loaded.refused.append(refused_by(self._entity, row, answer))
        else:
            self._found(row, there, loaded)

    def _nothing_done(self, rows: Sequence[Row]) -> None:
        self._journal.refused(self._entity.table, [row.id for row in rows if row.id not in self._own])

    def _keep(self, there: Sequence[Texts]) -> None:
        """Remember which rows are the copy's own."""
        self._journal.stored(self._entity.table, there)
        ids = {row["id"] or "" for row in there}
        self._seen |= ids
        self._own -= ids

    def _read_back(self, rows: Sequence[Row]) -> dict[str, dict[str, str | None]]:
        """The stored rows with these ids."""
        there: dict[str, dict[str, str | None]] = {}
        for at in range(0, len(rows), IDS_OF_A_REQUEST):
            ids = ",".join(row.id for row in rows[at : at + IDS_OF_A_REQUEST])
            for found in self._client.rows(self._entity.table, [self._select, ("id", f"in.({ids})")]):
                there[found["id"] or ""] = found
        return there

    def _differing(self, row: Row, there: Texts) -> tuple[str, ...]:
        return differing(self._client, self._entity, row.texts, there)


def _concerns_rows(answer: Answer) -> bool:
    code = answer.code or ""
    return len(code) == 5 and code[:2] in _OF_ROWS


def _is_too_much(answer: Answer) -> bool:
    """True if fewer rows might do: the statement's time was up, or the body too long for somebody between."""
    return answer.code == "57014" or answer.status == 413


def _runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Cut rows where an id occurs again."""
    run: list[Row] = []
    ids: set[str] = set()
    for row in rows:
        if row.id in ids:
            yield run
            run, ids = [], set()
        run.append(row)
        ids.add(row.id)
    if run:
        yield run
