"""Hands out segments, parents before children, and takes in what became of them."""

from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field

from harness.models import ENTITIES
from migrations.loading.account import Account, AccountingError, total
from migrations.loading.pace import Pace
from migrations.loading.progress import Progress
from migrations.loading.target import Loading
from migrations.sources.segment import Segment
from migrations.sources.source import Inventory, Source

__all__ = ["Coordinator"]


@dataclass(kw_only=True)
class Coordinator:
    """One run's segments: those in flight, those that come back, and those that are done.

    At most `window` segments are in flight, in the order of the source. A
    table's first segment goes when the last one of each table that it refers
    to is committed.
    """

    source: Source
    inventory: Inventory
    loading: Loading
    executor: Executor
    rows_per_segment: int
    window: int
    pace: Pace
    progress: Progress
    _flying: "dict[Future[Account | None], Segment]" = field(default_factory=dict, init=False)
    _waiting: dict[tuple[str, int], Segment] = field(default_factory=dict, init=False)
    """Segments that came back, by the table and number of the one before them."""
    _accounts: dict[str, list[Account]] = field(default_factory=dict, init=False)

    def run(self) -> Mapping[str, Account]:
        """Load everything; returns the account of each table.

        Raises what a segment raised, once no other segment is in flight. On
        KeyboardInterrupt the segments in flight are finished; a second one has
        them cancelled. AccountingError if a row of the source is nowhere.
        """
        try:
            self._load_all()
        except KeyboardInterrupt:
            self.progress.say("Interrupted: what is in flight is finished first; Ctrl-C again cancels it.")
            self._land()
            raise
        except BaseException:
            self._land()
            raise
        return {table: self._total(table) for table in ENTITIES}

    def _load_all(self) -> None:
        for table, entity in ENTITIES.items():
            if any(column.references is not None for column in entity.columns):
                self._drain()
            accounts = self._accounts[table] = []
            done = self.loading.done(table)
            for segment in self.source.segments(entity, rows=self.rows_per_segment):
                if segment.number in done:
                    accounts.append(done[segment.number])
                    self.progress.skip(done[segment.number])
                    continue
                while len(self._flying) + len(self._waiting) >= self.window:
                    self._collect()
                self.pace.take(segment.rows)
                self._submit(segment)
        self._drain()

    def _submit(self, segment: Segment) -> None:
        self._flying[self.loading.submit(self.executor, segment)] = segment

    def _drain(self) -> None:
        while self._flying:
            self._collect()

    def _collect(self) -> None:
        finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda one: self._flying[one].number):
            segment = self._flying.pop(future)
            account = future.result()
            if account is None:
                self._again(segment)
                continue
            self._accounts[segment.table].append(account)
            self.progress.add(account)
            follower = self._waiting.pop((segment.table, segment.number), None)
            if follower is not None:
                self._submit(follower)

    def _again(self, segment: Segment) -> None:
        before = (segment.table, segment.number - 1)
        if any((one.table, one.number) == before for one in self._flying.values()) or before in (
            (one.table, one.number) for one in self._waiting.values()
        ):
            self._waiting[before] = segment
        else:
            self._submit(segment)

    def _land(self) -> None:
        """Wait until nothing is in flight; who interrupts that has it cancelled."""
        self._waiting.clear()
        for future in self._flying:
            future.cancel()
        while self._flying:
            try:
                finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                self.loading.cancel()
                continue
            for future in finished:
                del self._flying[future]
                if not future.cancelled() and future.exception() is None:
                    account = future.result()
                    if account is not None:
                        self.progress.add(account)

    def _total(self, table: str) -> Account:
        account = total(table, self._accounts[table])
        expected = self.inventory.counts[table]
        if account.read != expected:
            raise AccountingError(
                f"{table}: the source has {expected} rows, and {account.read} were read and accounted for. "
                "The run is not finished. If the source changed meanwhile, take the rows back with harness "
                "migrate rollback and copy again from one that does not change."
            )
        return account.checked()
