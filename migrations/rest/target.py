"""A project that is reached by REST as the target of a copy, with the journal as its ledger.

Rows are stored one request after the other: two that collide must meet in the
order of the source, and nothing on the server makes one wait for the other.
Segments are read and judged ahead by the executor.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from harness.errors import ConfigurationError, HarnessError
from harness.models import ENTITIES
from migrations.loading.account import Account
from migrations.loading.ledger import RuleCount
from migrations.loading.plan import LoadPlan
from migrations.loading.preparing import prepare
from migrations.loading.target import TargetFacts
from migrations.loading.work import Prepared, Task
from migrations.rest.client import RestClient
from migrations.rest.encode import Row, encoded, requests
from migrations.rest.journal import Header, Journal, SegmentDone
from migrations.rest.journal_reading import Content, read_journal, segments_of
from migrations.rest.key import require_service_role
from migrations.rest.refusals import unsendable
from migrations.rest.schema import Schema, problems
from migrations.rest.writer import Writer
from migrations.sources.location import RestAt
from migrations.sources.segment import POSITION, Refused, Segment
from migrations.sources.source import Inventory, Source

__all__ = ["RestTarget", "journal_of"]

_JOURNALS = "copy-*.journal.jsonl"


def journal_of(directory: Path, run_id: str) -> Path:
    """Where the journal of a run is."""
    return directory / _JOURNALS.replace("*", run_id)


@dataclass(kw_only=True)
class RestLoading:
    """A run by REST: its journal, and the one thread that sends."""

    client: RestClient
    journal: Journal
    source: Source
    run_id: str
    resumed: bool
    facts: TargetFacts
    empty_tables: frozenset[str]
    before: Content
    """What an earlier process wrote down, where this one goes on with its run."""
    sender: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "sender"))
    _writers: dict[str, Writer] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def done(self, table: str) -> Mapping[int, Account]:
        """The segments of a table that are complete already, by number."""
        return self.before.done.get(table, {})

    def submit(self, executor: Executor, segment: Segment) -> "Future[Account | None]":
        """Have a segment read by the executor, and stored after those that were submitted before it."""
        task = Task(
            source=self.source,
            segment=segment,
            dsn="",
            run_id=self.run_id,
            was_empty=segment.table in self.empty_tables,
        )
        return self.sender.submit(self._load, executor.submit(prepare, task))

    def cancel(self) -> None:
        """Have the segment that is being stored end after its present request."""
        self._stopped.set()

    def finish(self) -> None:
        """Write down that the run is complete."""
        self.journal.end()

    def rules(self) -> tuple[RuleCount, ...]:
        """How many rows are in quarantine, by table and reason."""
        rows: Counter[tuple[str, str, str | None]] = Counter()
        first: dict[tuple[str, str, str | None], int] = {}
        for table in ENTITIES:
            for one in self.refused(table):
                key = (table, one.rule, one.sqlstate)
                rows[key] += 1
                first.setdefault(key, one.position)
        return tuple(
            RuleCount(table=key[0], rule=key[1], sqlstate=key[2], rows=rows[key], first_position=position)
            for key, position in first.items()
        )

    def refused(self, table: str) -> Iterator[Refused]:
        """The rows of a table that are in quarantine, in the order of the source."""
        for done in segments_of(self.journal.path):
            if done.account.table == table:
                yield from done.refused

    def _load(self, prepared: "Future[Prepared]") -> Account:
        try:
            return self._store(prepared.result())
        except BaseException:
            # What comes later in the source must not be there first.
            self._stopped.set()
            raise

    def _store(self, prepared: Prepared) -> Account:
        refused = list(prepared.refused)
        inserted = identical = 0
        for request in requests(self._sendable(prepared, refused)):
            if self._stopped.is_set():
                raise HarnessError(
                    f"Stopped before segment {prepared.segment.number} of {prepared.entity.table}."
                )
            loaded = self._writer(prepared.entity.table).load(request)
            inserted += loaded.inserted
            identical += len(loaded.identical)
            refused += loaded.refused
        refused.sort(key=lambda one: one.position)
        account = prepared.account(inserted=inserted, identical=identical, refused=refused)
        self.journal.segment(SegmentDone(account=account, refused=tuple(refused), digest=prepared.digest))
        return account

    def _sendable(self, prepared: Prepared, refused: list[Refused]) -> Iterator[Row]:
        for texts in prepared.rows.iter_rows(named=True):
            position = texts.pop(POSITION)
            row = encoded(prepared.entity, position, texts)
            if isinstance(row, Row):
                yield row
            else:
                refused.append(unsendable(prepared.entity, position, texts, row))

    def _writer(self, table: str) -> Writer:
        if table not in self._writers:
            self._writers[table] = Writer(
                self.client,
                self.journal,
                ENTITIES[table],
                was_empty=table in self.empty_tables,
                own=self.before.own.get(table, ()),
            )
        return self._writers[table]


@dataclass(frozen=True)
class RestTarget:
    """A project that is reached by PostgREST, and where the journals of copies to it are kept."""

    at: RestAt
    directory: Path

    @contextmanager
    def open(self, plan: LoadPlan, source: Source, inventory: Inventory) -> Iterator[RestLoading]:
        """Check, and begin a run or go on with one. Raises HarnessError before anything is written."""
        if plan.dry_run:
            raise ConfigurationError(
                f"{self.at} is reached by REST, where nothing can be rolled back: harness migrate plan says "
                "what a copy would do, and --dry-run needs DATABASE_URL."
            )
        with RestClient(self.at) as client:
            schema = self._checked(client)
            header = self._header(client, plan, source, inventory, schema)
            path = self._unfinished()
            if path is None:
                self.directory.mkdir(parents=True, exist_ok=True)
                path = journal_of(self.directory, header.run_id)
                journal = Journal.begin(path, header)
            else:
                journal = Journal.resume(path)
            with journal:
                # Read now that nobody else writes it.
                before = read_journal(path)
                _require_the_same(before, header, path)
                loading = RestLoading(
                    client=client,
                    journal=journal,
                    source=source,
                    run_id=before.header.run_id,
                    resumed=before.header.run_id != header.run_id,
                    facts=TargetFacts(
                        kind="rest",
                        version=f"PostgREST {schema.version}",
                        database=str(self.at),
                        system_identifier=None,
                        ledger=str(path),
                        schema_fingerprint=schema.fingerprint,
                    ),
                    empty_tables=frozenset(before.header.empty_tables),
                    before=before,
                )
                with loading.sender:
                    yield loading

    def _checked(self, client: RestClient) -> Schema:
        for table in ENTITIES:
            require_service_role(self.at, client, table)
        schema = client.schema()
        found = list(problems(schema))
        if found:
            listed = "".join(f"\n  - {problem}" for problem in found)
            raise ConfigurationError(f"Nothing was written, because the target is not ready:{listed}")
        return schema

    def _unfinished(self) -> Path | None:
        """The journal of the run to this target that has no end."""
        for path in sorted(self.directory.glob(_JOURNALS)):
            content = read_journal(path)
            if content.header.target == str(self.at) and not (content.ended or content.rolled_back):
                return path
        return None

    def _header(
        self, client: RestClient, plan: LoadPlan, source: Source, inventory: Inventory, schema: Schema
    ) -> Header:
        return Header(
            run_id=str(uuid4()),
            started_at=datetime.now(UTC).isoformat(),
            target=str(self.at),
            source=str(source.location),
            source_fingerprint=inventory.fingerprint,
            plan_fingerprint=plan.fingerprint,
            schema_fingerprint=schema.fingerprint,
            rows_per_segment=plan.rows_per_segment,
            empty_tables=tuple(table for table in ENTITIES if not client.count(table)),
        )


def _require_the_same(found: Content, now: Header, path: Path) -> None:
    before = found.header
    if found.ended or found.rolled_back:
        raise ConfigurationError(f"Run {before.run_id} has just been ended by somebody else; start again.")
    told = {
        "source_fingerprint": f"the source ({now.source}) is not what it was ({before.source})",
        "plan_fingerprint": (
            f"the rows are cut or mapped in another way (it has --rows-per-segment {before.rows_per_segment})"
        ),
        "schema_fingerprint": "the tables of the target were changed since",
    }
    differing = [words for name, words in told.items() if getattr(before, name) != getattr(now, name)]
    if differing:
        raise ConfigurationError(
            f"Run {before.run_id} of {before.started_at} is not finished, and this is another one: "
            f"{'; '.join(differing)}. Finish it with the command that began it, or take its rows back first: "
            f"harness migrate rollback {path} --target {before.target}"
        )
