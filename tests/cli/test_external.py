"""The contract and the gate on a given project: judged where it is empty, untouched where it is not."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.supabase import SupabaseStore
from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.external.journal import Journal, read
from harness.stack.opening import start as start_stack
from harness.stack.protocol import Stack
from tests.cli.conftest import FEW_CASES, environ
from tests.given_project import behind_bouncer, fill, fingerprint, hosted

Harness = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[str]"]
EMPTY: dict[str, list[Any]] = {table: [] for table in ENTITIES}
CRUD = (*FEW_CASES, "--all-of", "crud.")
ISOLATED = ("--allow-writes", "--isolated-only")
READY = (
    "READY (reference adapters; your application was not examined; "
    "the migration of the data was not rehearsed; response times were not judged)"
)
_DEADLINE_S = 120


@pytest.fixture(scope="module")
def servers() -> Iterator[Stack]:
    with start_stack(Settings.from_environ(environ({})), "embedded") as stack:
        yield stack


@pytest.fixture
def empty(servers: Stack) -> Iterator[Coordinates]:
    with servers.clone() as database:
        yield database.coordinates


@pytest.fixture
def filled(empty: Coordinates) -> Coordinates:
    fill(empty)
    return empty


@pytest.fixture
def contract(harness: Harness, tmp_path: Path) -> Harness:
    def contract(*arguments: str, command: tuple[str, ...] = FEW_CASES, **changes: Any) -> Any:
        options = ("--json", "outcome.json", *arguments)
        return harness(
            "contract",
            *options,
            cwd=tmp_path,
            command=command,
            HARNESS_HOME=str(tmp_path / "home"),
            **changes,
        )

    return contract


def journals(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "home" / "external").glob("*"))


def counts(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "outcome.json").read_text())["counts"]["supabase"]
    return found


def test_an_empty_project_is_ready_as_the_embedded_stack_is(
    harness: Harness, tmp_path: Path, empty: Coordinates
) -> None:
    done = harness(
        *("gate", "--allow-writes", "--report", "report"), cwd=tmp_path, command=FEW_CASES, **empty.environ()
    )
    assert (done.status, done.last_line) == (0, READY), done.out + done.err
    assert fingerprint(empty) == EMPTY
    target = json.loads((tmp_path / "report" / "gate.json").read_text())["subject"]["target"]
    assert target["stack"] == "external"
    assert target["postgres"].startswith("17.")

    again = harness("verdict", "--report", "report", cwd=tmp_path, **empty.environ())
    assert (again.status, again.last_line) == (0, READY)
    with hosted(empty, postgrest="99.1.0") as newer:
        other = harness("verdict", "--report", "report", cwd=tmp_path, **newer.environ())
    assert other.is_unchecked(f"and {newer.supabase_url} runs PostgREST 99.1.0")
    without = {name: value for name, value in empty.environ().items() if name != "DATABASE_URL"}
    unknown = harness("verdict", "--report", "report", cwd=tmp_path, **without)
    assert unknown.is_unchecked("cannot be told: set DATABASE_URL")


def test_new_keys_and_a_transaction_pooler_are_no_hindrance(
    contract: Harness, tmp_path: Path, servers: Stack
) -> None:
    with (
        servers.clone() as database,
        behind_bouncer(servers, database, size=5) as pooled,
        hosted(pooled) as project,
    ):
        done = contract("--allow-writes", command=CRUD, **project.environ())
        assert (done.status, done.last_line) == (0, "PARITY"), done.out + done.err
        assert fingerprint(database.coordinates) == EMPTY
    assert counts(tmp_path)["passed"] > 30
    assert journals(tmp_path) == []


def test_an_adapter_in_another_process_is_guarded_as_well(
    contract: Harness, tmp_path: Path, empty: Coordinates
) -> None:
    bridge = f"bridge-supabase:{sys.executable} -P -m harness bridge serve --adapter supabase"
    done = contract("--allow-writes", "--adapter", bridge, **empty.environ())
    assert done.status == 0, done.out + done.err
    assert done.last_line.startswith("PARITY of")
    assert fingerprint(empty) == EMPTY
    assert journals(tmp_path) == []


def test_nothing_is_written_unless_it_is_allowed(
    contract: Harness, tmp_path: Path, empty: Coordinates
) -> None:
    done = contract(**empty.environ())
    assert done.is_unchecked("nobody has allowed it. Nothing was read or written. Add --allow-writes")
    assert journals(tmp_path) == []


def test_without_a_way_to_remove_audit_entries_nothing_is_written(
    contract: Harness, empty: Coordinates
) -> None:
    environ = {name: value for name, value in empty.environ().items() if name != "DATABASE_URL"}
    assert contract("--allow-writes", **environ).is_unchecked("DATABASE_URL is not set.")
    assert fingerprint(empty) == EMPTY


def test_a_project_that_has_rows_is_refused_and_untouched(contract: Harness, filled: Coordinates) -> None:
    before = fingerprint(filled)
    done = contract("--allow-writes", **filled.environ())
    assert done.is_unchecked(
        f"{filled.supabase_url} is not empty: counted by the service role, there are rows"
    )
    assert f"bookings ({len(before['bookings'])})" in done.out
    assert fingerprint(filled) == before


def test_beside_other_rows_some_cases_run_and_it_is_no_verdict(
    contract: Harness, tmp_path: Path, filled: Coordinates
) -> None:
    before = fingerprint(filled)
    done = contract(*ISOLATED, command=CRUD, **filled.environ())
    assert done.is_unchecked("COULD NOT CHECK: --isolated-only leaves out what meets the rows of others")
    assert fingerprint(filled) == before
    counted = counts(tmp_path)
    assert counted["failed"] == 0
    assert counted["passed"] > 10
    assert counted["unchecked"] > 0
    assert journals(tmp_path) == []


def test_two_databases_in_one_project_are_noticed(
    contract: Harness, empty: Coordinates, servers: Stack
) -> None:
    with servers.clone() as other:
        mixed = {**empty.environ(), "DATABASE_URL": other.coordinates.database_url}
        assert contract("--allow-writes", **mixed).is_unchecked("are not one database")
        assert fingerprint(other.coordinates) == EMPTY
    assert fingerprint(empty) == EMPTY


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(
    start: Start, tmp_path: Path, filled: Coordinates, number: signal.Signals
) -> None:
    before = fingerprint(filled)
    run = begun(start, tmp_path, filled)
    run.send_signal(number)
    out, err = run.communicate(timeout=_DEADLINE_S)
    assert run.returncode == 2, out + err
    assert "Traceback" not in out + err
    assert fingerprint(filled) == before
    assert journals(tmp_path) == []


def test_what_a_killed_run_left_is_removed_by_its_name(
    start: Start, harness: Harness, tmp_path: Path, filled: Coordinates
) -> None:
    before = fingerprint(filled)
    run = begun(start, tmp_path, filled)
    run.kill()
    run.wait(_DEADLINE_S)
    (journal,) = journals(tmp_path)
    done = clean(harness, tmp_path, journal.stem, filled)
    assert done.status == 0, done.err
    assert "nothing of it is left" in done.err
    assert fingerprint(filled) == before
    assert journals(tmp_path) == []
    again = clean(harness, tmp_path, journal.stem, filled)
    assert again.is_unchecked("left nothing behind")


def test_rows_that_were_left_are_named_and_removed(
    contract: Harness, harness: Harness, tmp_path: Path, empty: Coordinates, servers: Stack
) -> None:
    fill(empty)
    journal = Journal.create(tmp_path / "home", run="killed-1", url=empty.supabase_url)
    with SupabaseStore(empty.supabase_url, empty.service_role_key) as store:
        bookings = {str(booking.id) for booking in store.bookings.iterate()}
        for table in ENTITIES:
            # Audit entries and jobs of bookings are found by what they hang on.
            of_functions = table in {"audit_logs", "sync_jobs"}
            rows = getattr(store, table).iterate()
            journal.add(
                {table: [str(row.id) for row in rows if not of_functions or not hangs(row, bookings)]}
            )
    journal.close()
    noted = read(journal.path).count
    refused = contract("--allow-writes", **empty.environ())
    assert refused.is_unchecked("harness stack clean --run killed-1")
    with servers.clone() as other:
        strange = clean(harness, tmp_path, "killed-1", other.coordinates)
        assert strange.is_unchecked(f"Run killed-1 was in {empty.supabase_url}")
        mixed = {**empty.environ(), "DATABASE_URL": other.coordinates.database_url}
        wrong = harness(
            "stack", "clean", "--run", "killed-1", cwd=tmp_path, HARNESS_HOME=home(tmp_path), **mixed
        )
        assert wrong.is_unchecked("the two are not one database")
    assert read(journal.path).count == noted
    done = clean(harness, tmp_path, "killed-1", empty)
    assert done.status == 0, done.err
    assert fingerprint(empty) == EMPTY


def hangs(row: Any, bookings: set[str]) -> bool:
    """True for an audit entry or a job that a function has added for a booking."""
    return getattr(row, "booking_id", None) is not None or getattr(row, "entity_id", None) in bookings


def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


def clean(harness: Harness, tmp_path: Path, run: str, project: Coordinates) -> Any:
    return harness(
        "stack", "clean", "--run", run, cwd=tmp_path, HARNESS_HOME=home(tmp_path), **project.environ()
    )


def begun(start: Start, tmp_path: Path, project: Coordinates) -> "subprocess.Popen[str]":
    """Start a run beside other rows, and return once rows of its cases are in the project."""
    run = start("contract", *ISOLATED, command=CRUD, HARNESS_HOME=home(tmp_path), **project.environ())
    deadline = time.monotonic() + _DEADLINE_S
    while not any("scheduling_requests" in path.read_text() for path in journals(tmp_path)):
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return run
