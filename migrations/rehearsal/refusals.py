"""What must not arrive: illegal rows between legal ones, each refused by its own rule and by nothing else."""

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from harness.models import ENTITIES
from migrations.comparison.compare import compare
from migrations.loading.result import CopyResult
from migrations.rehearsal.checks import Checks
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated
from migrations.rehearsal.prediction import Refusals
from migrations.rehearsal.scratch import Options, Scratch
from migrations.rehearsal.writing import write_file
from migrations.sources.location import SnapshotAt

__all__ = ["LEGAL_BESIDE", "refusals"]

LEGAL_BESIDE = ("legal rows beside illegal ones arrive", "the plan names the same rows and rules")
"""What is checked besides the illegal rows."""


def refusals(scratch: Scratch, legal: Generated, checks: Checks, *, say: Callable[[str], None]) -> Checks:
    """Copy the illegal rows into an empty scratch database; returns one check for each of them."""
    say("copy illegal rows between legal ones")
    companion = Companion(legal)
    with_illegal, without = scratch.directory / "illegal.json", scratch.directory / "legal.json"
    write_file(companion, with_illegal)
    write_file(legal, without)
    planned = scratch.plan(SnapshotAt(with_illegal), Options())
    copied = scratch.copy(SnapshotAt(with_illegal), Options())
    refused = _refused(copied)
    checks.check(
        LEGAL_BESIDE[1],
        wanted=_in_words(refused),
        found=_in_words(planned.refused),
        message="The plan and the copy do not agree on which rows are refused, and why.",
    )
    names = {
        (table, place): f"{table}: {row.name}"
        for table, rows in companion.illegal.items()
        for place, row in rows.items()
    }
    found = Checks([*names.values(), "no other row is refused"])
    for table, rows in companion.illegal.items():
        for place, row in rows.items():
            rules = refused.pop((table, place), frozenset())
            found.check(
                names[table, place],
                wanted=True,
                found=(row.rule, row.sqlstate) in rules or _words(rules),
                message=f"The row {place} of {table} ({row.name}) must be refused by {row.rule}.",
            )
    found.check(
        "no other row is refused",
        wanted={},
        found=refused,
        message="Rows were refused that are legal, beside rows that are not.",
    )
    there = compare(SnapshotAt(without), scratch.database, report=scratch.directory / "beside", reread_s=())
    checks.check(
        LEGAL_BESIDE[0],
        wanted=(0, sum(legal.counts.values())),
        found=(there.differing, there.rows),
        message="Legal rows are missing or changed because illegal ones were refused beside them.",
    )
    scratch.empty()
    return found


def _in_words(refused: Refusals) -> list[str]:
    return sorted(f"row {place} of {table} {_words(rules)}" for (table, place), rules in refused.items())


def _words(rules: Collection[tuple[str, str | None]]) -> str:
    said = ", ".join(sorted(f"{rule} ({state or 'not sent'})" for rule, state in rules))
    return f"refused by {said}" if said else "in the target"


def _refused(copied: CopyResult) -> dict[tuple[str, int], frozenset[tuple[str, str | None]]]:
    found: dict[tuple[str, int], frozenset[tuple[str, str | None]]] = {}
    path: Path | None = copied.quarantine
    if path is None:
        return found
    for line in path.read_text("utf-8").split("\n")[:-1]:
        row = json.loads(line)
        if row["table"] in ENTITIES:
            place = (row["table"], row["position"])
            found[place] = found.get(place, frozenset()) | _rules(row)
    return found


def _rules(row: Mapping[str, Any]) -> set[tuple[str, str | None]]:
    return {(row["rule"], row["sqlstate"])}
