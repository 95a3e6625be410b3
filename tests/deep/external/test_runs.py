"""Runs in a given project: in every company, by every way, with every end."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.supabase import SupabaseStore
from harness.models import ENTITIES
from harness.stack.coordinates import Coordinates
from harness.stack.external.journal import Journal, read
from harness.stack.protocol import Stack
from tests.cli.conftest import FEW_CASES
from tests.cli.external.conftest import CRUD, EMPTY, ISOLATED, Guest
from tests.given_project import behind_bouncer, fill, fingerprint, hosted

BRIDGE = f"{sys.executable} -P -m harness bridge serve --adapter"
NAMELESS = Path(__file__).parents[2] / "bridges" / "nameless.py"
BRIDGED = f"""
[subject]
name = "scheduler"

[subject.bridge]
memory = "{BRIDGE} memory"
supabase = "{BRIDGE} supabase"
"""
_DEADLINE_S = 120


def test_new_keys_and_a_transaction_pooler_are_no_hindrance_to_many_cases(
    guest: Guest, servers: Stack
) -> None:
    with (
        servers.clone() as database,
        behind_bouncer(servers, database, size=5) as pooled,
        hosted(pooled) as project,
    ):
        done = guest.contract(project.environ(), "--allow-writes", command=CRUD)
        assert (done.status, done.last_line) == (0, "PARITY"), done.out + done.err
        assert fingerprint(database.coordinates) == EMPTY
    assert guest.counts["passed"] > 30
    assert guest.journals == []


def test_an_adapter_in_another_process_is_guarded_as_well(guest: Guest, empty: Coordinates) -> None:
    done = guest.contract(
        empty.environ(), "--allow-writes", "--adapter", f"bridge-supabase:{BRIDGE} supabase"
    )
    assert done.status == 0, done.out + done.err
    assert done.last_line.startswith("PARITY of")
    assert (fingerprint(empty), guest.journals) == (EMPTY, [])


def test_an_adapter_that_chooses_no_ids_is_judged_as_well(guest: Guest, empty: Coordinates) -> None:
    adapter = f"bridge-supabase:{sys.executable} -P {NAMELESS}"
    done = guest.contract(empty.environ(), "--allow-writes", "--adapter", adapter, command=CRUD)
    assert done.status == 0, done.out + done.err
    assert "lacks client_ids" in done.out
    assert (fingerprint(empty), guest.journals) == (EMPTY, [])


def test_an_application_is_judged_in_a_given_project(guest: Guest, empty: Coordinates) -> None:
    (guest.place / "parity.toml").write_text(BRIDGED, encoding="utf-8")
    done = guest(empty.environ(), "gate", "--allow-writes", command=FEW_CASES)
    assert done.status == 0, done.out + done.err
    assert done.last_line.startswith("READY (scheduler, "), done.out
    assert "may be left" not in done.err
    assert fingerprint(empty) == EMPTY


def test_two_adapters_would_meet_in_the_one_database(guest: Guest, empty: Coordinates) -> None:
    bridge = f"bridge-supabase:{BRIDGE} supabase"
    two = ("--allow-writes", "--adapter", "supabase", "--adapter", bridge)
    assert guest.contract(empty.environ(), *two).is_unchecked("would meet each other's rows")
    assert (fingerprint(empty), guest.journals) == (EMPTY, [])


def test_beside_other_rows_some_cases_run_and_it_is_no_verdict(guest: Guest, filled: Coordinates) -> None:
    before = fingerprint(filled)
    done = guest.contract(filled.environ(), *ISOLATED, command=CRUD)
    assert done.is_unchecked("COULD NOT CHECK: --isolated-only leaves out what meets the rows of others")
    assert (fingerprint(filled), guest.journals) == (before, [])
    assert guest.counts["failed"] == 0
    assert guest.counts["passed"] > 10
    assert guest.counts["unchecked"] > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_gate_leaves_nothing(guest: Guest, empty: Coordinates, number: signal.Signals) -> None:
    gate = guest.begin("gate", "--allow-writes", command=CRUD, **empty.environ())
    assert gate.stderr is not None
    line = ""
    while "contract ..." not in line:
        line = gate.stderr.readline()
        assert line, "the gate ended before the contract"
    gate.send_signal(number)
    out, err = gate.communicate(timeout=_DEADLINE_S)
    assert gate.returncode == 2, out + err
    assert "COULD NOT CHECK" in out
    assert "may be left" not in err
    assert fingerprint(empty) == EMPTY


def test_two_databases_in_one_project_are_noticed(guest: Guest, empty: Coordinates, servers: Stack) -> None:
    with servers.clone() as other:
        mixed = {**empty.environ(), "DATABASE_URL": other.coordinates.database_url}
        assert guest.contract(mixed, "--allow-writes").is_unchecked("are not one database")
        assert fingerprint(other.coordinates) == EMPTY
    assert (fingerprint(empty), guest.journals) == (EMPTY, [])


def test_a_run_that_goes_on_is_told_from_one_that_is_over(guest: Guest, empty: Coordinates) -> None:
    first = guest.begun(empty, "--allow-writes")
    (journal,) = guest.journals
    second = guest.contract(empty.environ(), "--allow-writes")
    assert second.is_unchecked(f"Run {journal.stem} is under way in {empty.supabase_url}"), second
    out, err = first.communicate(timeout=_DEADLINE_S)
    assert (first.returncode, out.splitlines()[-1]) == (0, "PARITY"), out + err
    assert (fingerprint(empty), guest.journals) == (EMPTY, [])


def test_two_runs_that_begin_together_find_no_divergence_and_leave_nothing(
    guest: Guest, empty: Coordinates
) -> None:
    homes = [{"HARNESS_HOME": str(guest.place / name)} for name in ("one", "other")]
    options = ("contract", "--allow-writes", "--adapter", "supabase")
    runs = [guest.begin(*options, command=CRUD, **home, **empty.environ()) for home in homes]
    ends = [(*run.communicate(timeout=_DEADLINE_S), run.returncode) for run in runs]
    for out, err, status in ends:
        assert status in {0, 2}, out + err
        assert "DIVERGENCE" not in out
    assert fingerprint(empty) == EMPTY
    assert not [*guest.place.glob("*/external/*")]


def test_rows_that_were_left_are_named_and_removed(guest: Guest, empty: Coordinates, servers: Stack) -> None:
    fill(empty)
    journal = noted_as_left(guest.home, empty)
    noted = read(journal).count
    refused = guest.contract(empty.environ(), "--allow-writes")
    assert refused.is_unchecked("harness stack clean --run killed-1")
    with servers.clone() as other:
        strange = guest.clean(other.coordinates, "killed-1")
        assert strange.is_unchecked(f"Run killed-1 was in {empty.supabase_url}")
        mixed = {**empty.environ(), "DATABASE_URL": other.coordinates.database_url}
        wrong = guest(mixed, "stack", "clean", "--run", "killed-1")
        assert wrong.is_unchecked("the two are not one database")
    assert read(journal).count == noted
    done = guest.clean(empty, "killed-1")
    assert done.status == 0, done.err
    assert fingerprint(empty) == EMPTY


def noted_as_left(home: Path, project: Coordinates) -> Path:
    """Write the journal of a run that has made all rows of a project and was killed."""
    journal = Journal.create(home, run="killed-1", url=project.supabase_url)
    with SupabaseStore(project.supabase_url, project.service_role_key) as store:
        bookings = {str(booking.id) for booking in store.bookings.iterate()}
        for table in ENTITIES:
            # Audit entries and jobs of bookings are found by what they hang on.
            of_functions = table in {"audit_logs", "sync_jobs"}
            rows = getattr(store, table).iterate()
            journal.add(
                {table: [str(row.id) for row in rows if not of_functions or not hangs(row, bookings)]}
            )
    journal.close()
    return journal.path


def hangs(row: Any, bookings: set[str]) -> bool:
    """True for an audit entry or a job that a function has added for a booking."""
    return getattr(row, "booking_id", None) is not None or getattr(row, "entity_id", None) in bookings
