"""There and back: into a database, compared, spoiled, repaired, exported, into memory, and rolled back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.models import ENTITIES
from migrations.comparison.compare import compare
from migrations.comparison.comparison import Comparison
from migrations.export.database import moment_of
from migrations.export.formats import write_snapshot
from migrations.export.memory import restore
from migrations.export.proof import proved
from migrations.loading.result import CopyResult
from migrations.loading.session import open_connection
from migrations.receipts.document import Receipt
from migrations.receipts.of_copy import receipt_of
from migrations.receipts.verifying import verified
from migrations.rehearsal.checks import Checks
from migrations.rehearsal.prediction import Prediction
from migrations.rehearsal.scratch import Options, Scratch
from migrations.rehearsal.spoiling import Fault, spoiled
from migrations.rehearsal.writing import write_file
from migrations.rollback.runs import all_runs, chosen
from migrations.rollback.undo import TableUndone, alone, undo
from migrations.sources.location import SnapshotAt

__all__ = ["ROUND_TRIP", "round_trip"]

ROUND_TRIP = (
    "dry run",
    "copy",
    "plan",
    "copy again",
    "comparison",
    "receipt",
    "spoiled rows are found",
    "a spoiled target has no valid receipt",
    "repaired rows are equal",
    "export",
    "memory",
    "rollback",
    "rows after rollback",
)
"""What is checked, in order."""


@dataclass(frozen=True, kw_only=True)
class _Trip:
    scratch: Scratch
    source: SnapshotAt
    options: Options
    checks: Checks
    migrations: Path
    say: Callable[[str], None]


def round_trip(
    scratch: Scratch,
    source: SnapshotAt,
    options: Options,
    checks: Checks,
    *,
    migrations: Path,
    say: Callable[[str], None],
) -> CopyResult:
    """Make the trip with a snapshot, in an empty scratch database, and leave it empty.

    `migrations` are the files that the database was made from. Raises what
    the commands raise that cannot do their work.
    """
    trip = _Trip(
        scratch=scratch, source=source, options=options, checks=checks, migrations=migrations, say=say
    )
    copied = _copy(trip)
    receipt = receipt_of(copied, stack="embedded", migrations=migrations, application=Path.cwd())
    before = _compare(trip, copied)
    faults = _spoil(trip, receipt, before)
    _back(trip)
    _undo(trip, copied, faults)
    scratch.empty()
    return copied


def _copy(trip: _Trip) -> CopyResult:
    trip.say("plan")
    planned = trip.scratch.plan(trip.source, trip.options)
    trip.say("dry run")
    tried = trip.scratch.copy(trip.source, trip.options, dry_run=True)
    trip.checks.check(
        "dry run",
        wanted=dict.fromkeys(ENTITIES, 0),
        found=trip.scratch.counts(),
        message="A dry run has left rows behind.",
    )
    trip.say("copy")
    copied = trip.scratch.copy(trip.source, trip.options)
    trip.checks.check(
        "copy",
        wanted=(copied.inventory.counts, copied.inventory.counts, tried.tables),
        found=(_by(copied, "read"), _by(copied, "inserted"), copied.tables),
        message=_refused(copied) or "The copy does not account for the rows as the dry run did.",
    )
    trip.checks.check(
        "plan",
        wanted=(_by(copied, "inserted"), _by(copied, "quarantined")),
        found=(planned.inserted, _refused_by(planned)),
        message="The plan has not predicted what the copy did.",
    )
    trip.say("copy again")
    again = trip.scratch.copy(trip.source, trip.options)
    trip.checks.check(
        "copy again",
        wanted=(0, copied.inserted, copied.quarantined),
        found=(again.inserted, again.identical, again.quarantined),
        message="A second copy of the same rows is not without effect.",
    )
    return copied


def _refused_by(planned: Prediction) -> Mapping[str, int]:
    return {table: sum(place[0] == table for place in planned.refused) for table in ENTITIES}


def _by(result: CopyResult, name: str) -> Mapping[str, int]:
    return {table: getattr(result.tables[table], name) for table in ENTITIES}


def _refused(copied: CopyResult) -> str:
    if not copied.quarantined:
        return ""
    rules = ", ".join(f"{rule.rows} of {rule.table} by {rule.rule}" for rule in copied.rules)
    return (
        f"{copied.quarantined} rows would not arrive: {rules}. Correct them in the application, write "
        "another snapshot, and rehearse again; harness migrate plan names each of them."
    )


def _compare(trip: _Trip, copied: CopyResult) -> frozenset[Fault]:
    trip.say("comparison")
    found = _compared(trip, "comparison")
    # What is in quarantine was said already; everything else must be there.
    trip.checks.check(
        "comparison",
        wanted=(copied.read, 0, True),
        found=(
            found.rows,
            sum(table.changed + table.extra for table in found.tables),
            found.differing <= copied.quarantined,
        ),
        message="Rows that were copied are not in the database as they are in the snapshot.",
    )
    return _differences(found)


def _compared(trip: _Trip, name: str) -> Comparison:
    report = trip.scratch.directory / name
    return compare(trip.source, trip.scratch.database, report=report, reread_s=())


def _spoil(trip: _Trip, receipt: Receipt | None, before: frozenset[Fault]) -> frozenset[Fault]:
    def findings() -> int:
        if receipt is None:
            return -1
        found = verified(trip.scratch.dsn, receipt, migrations_hash=receipt.migrations_hash)
        return len(found.findings)

    trip.checks.check("receipt", wanted=0, found=findings(), message="The receipt of the copy does not hold.")
    trip.say("spoil some rows, and look again")
    with spoiled(trip.scratch.dsn) as faults:
        found = _differences(_compared(trip, "spoiled"))
        trip.checks.check(
            "spoiled rows are found",
            wanted=sorted(before | faults, key=str),
            found=sorted(found, key=str),
            message="The comparison does not find what was spoiled on purpose: none of its results count.",
        )
        trip.checks.check(
            "a spoiled target has no valid receipt",
            wanted=True,
            found=findings() >= len({fault.table for fault in faults}) > 0,
            message="The receipt still holds for a database that was spoiled on purpose.",
        )
    trip.checks.check(
        "repaired rows are equal",
        wanted=sorted(before, key=str),
        found=sorted(_differences(_compared(trip, "repaired")), key=str),
        message="Rows differ that were put back as they were.",
    )
    return faults


def _differences(comparison: Comparison) -> frozenset[Fault]:
    if comparison.findings is None:
        raise AssertionError("a directory was given for the findings")
    rows = map(json.loads, comparison.findings.read_text("utf-8").split("\n")[:-1])
    return frozenset(Fault(row["table"], row["kind"], row["key"], row["column"]) for row in rows)


def _back(trip: _Trip) -> None:
    trip.say("export")
    path = trip.scratch.directory / "back.json"
    with moment_of(trip.scratch.dsn) as moment:
        proof = write_snapshot(
            moment,
            path,
            "json",
            replace=False,
            progress=lambda _table, _rows: None,
            proved=lambda draft: proved(
                moment, trip.scratch.database, draft, report=trip.scratch.directory / "export"
            ),
        )
    trip.checks.check(
        "export",
        wanted=(0, sum(moment.counts.values())),
        found=(proof.differing, proof.rows),
        message="The snapshot of the database is not equal to it.",
    )
    trip.say("load the snapshot into memory")
    restored = restore(path)
    write_file(restored.rows, trip.scratch.directory / "memory.json")
    there = compare(
        SnapshotAt(path),
        SnapshotAt(trip.scratch.directory / "memory.json"),
        report=trip.scratch.directory / "memory",
        reread_s=(),
    )
    # A memory adapter keeps JSON numbers as doubles: that, and nothing else, may differ.
    trip.checks.check(
        "memory",
        wanted=(sorted((each.table, each.key) for each in restored.narrowed), proof.rows),
        found=(sorted((fault.table, fault.key) for fault in _differences(there)), there.rows),
        message="The memory adapter does not have the rows that the snapshot has.",
    )


def _undo(trip: _Trip, copied: CopyResult, faults: frozenset[Fault]) -> None:
    trip.say("rollback")
    with open_connection(trip.scratch.dsn, "parity migrate rehearse") as connection, alone(connection):
        run = chosen(all_runs(connection), copied.run_id)
        undone = {each.table: each for each in undo(connection, run, allow_triggers=False)}
    # The rows that were spoiled and repaired are no longer those that the copy wrote.
    touched = {
        table: sum(fault.table == table and fault.kind != "extra" for fault in faults) for table in ENTITIES
    }
    trip.checks.check(
        "rollback",
        wanted=(touched, _by(copied, "inserted")),
        found=({table: each.touched for table, each in undone.items()}, _inserted(undone)),
        message="The rollback does not tell the rows of the copy from others.",
    )
    trip.checks.check(
        "rows after rollback",
        wanted={table: touched[table] + each.kept for table, each in undone.items()},
        found=trip.scratch.counts(),
        message="The rollback has left other rows than it says.",
    )


def _inserted(undone: Mapping[str, TableUndone]) -> Mapping[str, int]:
    return {table: each.removed + each.kept + each.touched for table, each in undone.items()}
