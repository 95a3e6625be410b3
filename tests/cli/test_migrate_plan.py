"""``harness migrate plan`` as a user meets it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.stack.coordinates import Coordinates
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.illegal import illegal_rows
from migrations.rehearsal.writing import write_file
from tests.cli.conftest import Harness

PLAIN = Generated(counts=spread(120), seed=5)
ILLEGAL = [row for row in illegal_rows(PLAIN) if row.table == "sync_jobs"]


class Spoiled:
    counts: Mapping[str, int] = {**PLAIN.counts, "sync_jobs": PLAIN.counts["sync_jobs"] + len(ILLEGAL)}

    def lines(self, table: str) -> Any:
        yield from PLAIN.lines(table)
        if table == "sync_jobs":
            yield from (row.text for row in ILLEGAL)


def test_rows_that_arrive_unchanged_are_ok(harness: Harness, tmp_path: Path) -> None:
    write_file(PLAIN, tmp_path / "all.json")
    done = harness("migrate", "plan", "all.json", "--numbers", "exact", cwd=tmp_path)
    assert done.status == 0, done.err
    assert done.last_line == "OK: all 120 rows would arrive unchanged: 120 inserted, 0 identical."
    assert "no target was looked at" in done.out


def test_rows_that_would_be_lost_are_named(harness: Harness, tmp_path: Path) -> None:
    write_file(Spoiled(), tmp_path / "all.json")
    done = harness(
        "migrate", "plan", "all.json", "--numbers", "exact", "--report", "report", "--json", "-", cwd=tmp_path
    )
    assert done.status == 1, done.err
    outcome = json.loads(done.out)
    assert outcome["step"] == "migrate plan"
    assert outcome["counts"]["sync_jobs"]["failed"] == len(ILLEGAL)
    assert f"FAILED: of {120 + len(ILLEGAL)} rows, {len(ILLEGAL)} would be lost or changed." in done.err
    plan = json.loads((tmp_path / "report" / "plan.json").read_text())
    assert plan["schema"] == "parity-plan/1"
    assert {finding["effect"] for finding in plan["findings"] if finding["counts"]} == {"lost", "changed"}
    lines = (tmp_path / "report" / "findings.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if json.loads(line)["effect"] in {"lost", "changed"}]
    assert [(row["key"], row["rule"], row["sqlstate"]) for row in found] == [
        (row.key, row.rule, row.sqlstate) for row in ILLEGAL
    ]
    assert {artifact["path"].rpartition("/")[2] for artifact in outcome["artifacts"]} == {
        "plan.json",
        "plan.txt",
        "findings.jsonl",
    }


def test_a_number_that_a_double_changes_counts_unless_clients_are_exact(
    harness: Harness, tmp_path: Path
) -> None:
    class Numbers(Spoiled):
        counts = PLAIN.counts

        def lines(self, table: str) -> Any:
            for row in PLAIN.rows(table):
                yield json.dumps(
                    row | ({"payload": {"n": 2**53 + 1}} if "payload" in row else {}), default=str
                )

    write_file(Numbers(), tmp_path / "all.json")
    done = harness("migrate", "plan", "all.json", cwd=tmp_path)
    assert done.status == 1, done.err
    assert "9007199254740993 is 9007199254740992" in done.out
    assert harness("migrate", "plan", "all.json", "--numbers", "exact", cwd=tmp_path).status == 0


def test_a_target_is_looked_at_and_not_changed(
    harness: Harness, tmp_path: Path, project: Coordinates
) -> None:
    write_file(PLAIN, tmp_path / "all.json")
    words = ("migrate", "plan", "all.json", "--numbers", "exact", "--target", "env:TARGET")
    done = harness(*words, cwd=tmp_path, TARGET=project.database_url)
    assert done.status == 0, done.err
    assert "0 there now" in done.out
    assert project.database_url not in done.out + done.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("memory",), "exportSnapshot"),
        (("nothing.json",), "does not exist"),
        (("ftp://host/all.json",), "neither postgresql:// nor https://"),
        (("env:NOWHERE",), "NOWHERE"),
        (("postgresql://user:secret@127.0.0.1:1/none",), "cannot be reached"),
        (("empty.json",), "0 schedulingRequests"),
        (("empty.json", "--allow-empty"), "no row at all"),
    ],
)
def test_what_cannot_be_planned_says_why(
    harness: Harness, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    write_file(Generated(counts=spread(0), seed=1), tmp_path / "empty.json")
    done = harness("migrate", "plan", *words, cwd=tmp_path)
    assert done.is_unchecked(reason), done.out + done.err
    assert "secret" not in done.out + done.err
