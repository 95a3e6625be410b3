"""The rehearsal: good where all is good, and not good for each part that is broken on purpose."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.models import ENTITIES
from migrations.comparison.comparison import Comparison
from migrations.files import PACKAGED
from migrations.loading.result import CopyResult
from migrations.rehearsal import refusals as refusing
from migrations.rehearsal import round_trip as tripping
from migrations.rehearsal.checks import Checks
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import FEWEST, Generated
from migrations.rehearsal.refusals import LEGAL_BESIDE, refusals
from migrations.rehearsal.round_trip import ROUND_TRIP, round_trip
from migrations.rehearsal.scratch import Options, Scratch
from migrations.rehearsal.writing import write_file
from migrations.sources.location import SnapshotAt

GENERATED = Generated(seed=1, counts=dict.fromkeys(ENTITIES, FEWEST))
FEW = Generated(seed=1, counts=dict.fromkeys(ENTITIES, 16))
Trip = Callable[..., Checks]


def quiet(what: str) -> None:
    """Say nothing."""


@pytest.fixture
def place(dsn: str, tmp_path: Path) -> Scratch:
    return Scratch(dsn=dsn, directory=tmp_path, stack="embedded", postgres="17", migrations_hash=None)


@pytest.fixture
def trip(place: Scratch, tmp_path: Path) -> Trip:
    """Make the round trip with the generated rows, or with others."""

    def trip(rows: Any = FEW) -> Checks:
        write_file(rows, tmp_path / "rows.json")
        checks = Checks(ROUND_TRIP)
        source = SnapshotAt(tmp_path / "rows.json")
        round_trip(place, source, Options(), checks, migrations=PACKAGED, say=quiet)
        return checks

    return trip


def failed(checks: Checks) -> list[str]:
    return [finding.where for finding in checks.findings]


def test_generated_rows_go_there_and_back(trip: Trip, place: Scratch) -> None:
    checks = trip(GENERATED)
    assert checks.findings == []
    assert checks.counts.complete
    assert checks.counts.passed == len(ROUND_TRIP)
    assert place.counts() == dict.fromkeys(ENTITIES, 0)


def test_each_illegal_row_is_refused_by_its_rule(place: Scratch) -> None:
    beside = Checks(LEGAL_BESIDE)
    found = refusals(place, GENERATED, beside, say=quiet)
    assert (found.findings, beside.findings) == ([], [])
    illegal = sum(len(rows) for rows in Companion(GENERATED).illegal.values())
    assert found.counts.passed == illegal + 1


def test_rows_that_would_not_arrive_are_a_finding_with_their_rules(trip: Trip) -> None:
    checks = trip(Companion(FEW))
    assert failed(checks) == ["copy"]
    assert "1 of bookings by bookings_slot_order" in checks.findings[0].message


def test_a_copy_that_loses_a_row_is_found(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Scratch.copy

    def losing(self: Scratch, source: SnapshotAt, options: Options, *, dry_run: bool = False) -> CopyResult:
        shorter = self.directory / f"shorter-{dry_run}.json"
        if not shorter.exists():
            text = source.path.read_text()
            lines = text.split("\n")
            index = next(place for place, line in enumerate(lines) if line == '"syncJobs":[')
            del lines[index + 1]
            shorter.write_text("\n".join(lines).replace('"syncJobs":16', '"syncJobs":15'))
        return copy(self, SnapshotAt(shorter), options, dry_run=dry_run)

    monkeypatch.setattr(Scratch, "copy", losing)
    assert "comparison" in failed(trip())


def test_a_comparison_that_finds_nothing_is_found(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    compare = vars(tripping)["compare"]

    def blind(*places: Any, **options: Any) -> Comparison:
        found: Comparison = compare(*places, **options)
        if found.findings is not None:
            found.findings.write_text("")
        return found

    monkeypatch.setattr(tripping, "compare", blind)
    assert "spoiled rows are found" in failed(trip())


def test_a_receipt_that_always_holds_is_found(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    verified = vars(tripping)["verified"]

    def trusting(*given: Any, **options: Any) -> Any:
        return dataclasses.replace(verified(*given, **options), findings=())

    monkeypatch.setattr(tripping, "verified", trusting)
    assert failed(trip()) == ["a spoiled target has no valid receipt"]


def test_a_rollback_that_takes_too_much_is_found(
    trip: Trip, place: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    undo = vars(tripping)["undo"]

    def greedy(*given: Any, **options: Any) -> Any:
        undone = undo(*given, **options)
        place.empty()
        return undone

    monkeypatch.setattr(tripping, "undo", greedy)
    assert failed(trip()) == ["rows after rollback"]


def test_a_memory_that_changes_rows_is_found(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    restore = vars(tripping)["restore"]

    def trimming(path: Path) -> Any:
        whole = json.loads(path.read_text("utf-8"))
        for row in whole["rows"]["bookings"]:
            row["cancellationReason"] = (row["cancellationReason"] or "").strip() or None
        path.with_name("trimmed.json").write_text(json.dumps(whole))
        return restore(path.with_name("trimmed.json"))

    monkeypatch.setattr(tripping, "restore", trimming)
    assert failed(trip()) == ["memory"]


def test_a_copy_that_refuses_for_another_reason_is_found(
    place: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "_rules", lambda row: {(f"not_{row['rule']}", row["sqlstate"])})
    beside = Checks(LEGAL_BESIDE)
    found = refusals(place, FEW, beside, say=quiet)
    assert len(found.findings) == sum(len(rows) for rows in Companion(FEW).illegal.values())
    assert failed(beside) == ["the plan names the same rows and rules"]
    assert "refused by not_" in found.findings[0].actual


def test_a_check_that_was_not_made_is_unchecked() -> None:
    checks = Checks(("one", "two"))
    checks.check("one", wanted=1, found=1, message="")
    assert not checks.counts.complete
    assert checks.counts.unchecked == 1
