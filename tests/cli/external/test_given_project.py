"""The contract and the gate on a given project: judged where it is empty, untouched where it is not."""

import json
import signal

import pytest

from harness.stack.coordinates import Coordinates
from harness.stack.protocol import Stack
from tests.cli.conftest import FEW_CASES
from tests.cli.external.conftest import EMPTY, ISOLATED, Guest
from tests.given_project import behind_bouncer, fingerprint, hosted

READY = (
    "READY (reference adapters; your application was not examined; "
    "the migration of the data was not rehearsed; response times were not judged)"
)
_DEADLINE_S = 120


def without(project: Coordinates, name: str) -> dict[str, str]:
    return {known: value for known, value in project.environ().items() if known != name}


def test_an_empty_project_is_ready_as_the_embedded_stack_is(guest: Guest, empty: Coordinates) -> None:
    done = guest(empty.environ(), "gate", "--allow-writes", "--report", "report", command=FEW_CASES)
    assert (done.status, done.last_line) == (0, READY), done.out + done.err
    assert "If this is killed, remove its rows: harness stack clean --run" in done.err
    assert "may be left" not in done.err
    assert fingerprint(empty) == EMPTY
    written = json.loads((guest.place / "report" / "gate.json").read_text(encoding="utf-8"))
    target = written["subject"]["target"]
    assert target["stack"] == "external"
    assert target["postgres"].startswith("17.")

    verdict = ("verdict", "--report", "report")
    again = guest(empty.environ(), *verdict)
    assert (again.status, again.last_line) == (0, READY)
    with hosted(empty, postgrest="99.1.0") as newer:
        other = guest(newer.environ(), *verdict)
    assert other.is_unchecked(f"and {newer.supabase_url} runs PostgREST 99.1.0")
    unknown = guest(without(empty, "DATABASE_URL"), *verdict)
    assert unknown.is_unchecked("cannot be told: set DATABASE_URL")


def test_new_keys_and_a_transaction_pooler_are_no_hindrance(guest: Guest, servers: Stack) -> None:
    with (
        servers.clone() as database,
        behind_bouncer(servers, database, size=5) as pooled,
        hosted(pooled) as project,
    ):
        done = guest.contract(project.environ(), "--allow-writes")
        assert (done.status, done.last_line) == (0, "PARITY"), done.out + done.err
        assert fingerprint(database.coordinates) == EMPTY
    assert (guest.counts["passed"], guest.journals) == (3, [])


@pytest.mark.parametrize(
    ("missing", "arguments", "reason"),
    [
        (None, (), "nobody has allowed it. Nothing was read or written. Add --allow-writes"),
        ("DATABASE_URL", ("--allow-writes",), "DATABASE_URL is not set."),
        (None, ("--allow-writes",), "is not empty: counted by the service role, there are rows in"),
    ],
)
def test_a_project_with_rows_is_refused_and_untouched(
    guest: Guest, filled: Coordinates, missing: str | None, arguments: tuple[str, ...], reason: str
) -> None:
    before = fingerprint(filled)
    done = guest.contract(without(filled, str(missing)), *arguments)
    assert done.is_unchecked(reason), done
    assert (fingerprint(filled), guest.journals) == (before, [])


def test_what_a_killed_run_left_is_removed_by_its_name(guest: Guest, filled: Coordinates) -> None:
    before = fingerprint(filled)
    run = guest.begun(filled, *ISOLATED)
    (journal,) = guest.journals
    assert guest.clean(filled, journal.stem).is_unchecked("is still under way")
    assert run.poll() is None
    run.kill()
    run.wait(_DEADLINE_S)
    done = guest.clean(filled, journal.stem)
    assert done.status == 0, done.err
    assert "nothing of it is left" in done.err
    assert (fingerprint(filled), guest.journals) == (before, [])
    assert guest.clean(filled, journal.stem).is_unchecked("left nothing behind")


def test_an_interrupted_run_leaves_nothing(guest: Guest, filled: Coordinates) -> None:
    before = fingerprint(filled)
    run = guest.begun(filled, *ISOLATED)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=_DEADLINE_S)
    assert run.returncode == 2, out + err
    assert "Traceback" not in out + err
    assert (fingerprint(filled), guest.journals) == (before, [])
