"""Whatever is asked of the harness, nothing changes in a given project that has rows: to the byte."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import jwt
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from harness.stack.coordinates import Coordinates
from harness.stack.protocol import Database, Stack
from tests.cli.conftest import COMMAND, FEW_CASES, Finished
from tests.cli.external.conftest import ISOLATED, Guest
from tests.given_project import Fingerprint, fill, fingerprint
from tests.recorder import Recorder, a_day

WRITES = "--allow-writes"
BLIND, PASSWORD = "parity_sees_nothing", "of-a-test"
_DEADLINE_S = 120


@pytest.fixture(scope="module")
def database(servers: Stack) -> Iterator[Database]:
    with servers.clone() as made:
        fill(made.coordinates)
        yield made


@pytest.fixture
def theirs(database: Database) -> Coordinates:
    return database.coordinates


@pytest.fixture
def unchanged(theirs: Coordinates) -> Iterator[Fingerprint]:
    """What was there before a test; the test fails if something else is there after it."""
    before = fingerprint(theirs)
    assert all(before.values()), "a table has no row"
    yield before
    assert fingerprint(theirs) == before


def recording(place: Path) -> str:
    record = Recorder()
    a_day(record)
    return str(record.write(place / "calls.jsonl"))


SNAPSHOT = ("migrate", "export", "env:DATABASE_URL", "snapshot")
COMMANDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "contract": (2, ("contract",)),
    "contract that may write": (2, ("contract", WRITES)),
    "contract beside others": (2, ("contract", *ISOLATED)),
    "contract on memory": (0, ("contract", WRITES, "--adapter", "memory")),
    "contract on supabase": (2, ("contract", WRITES, "--adapter", "supabase")),
    "self-check": (2, ("contract", "--self-check")),
    "self-check that may write": (2, ("contract", "--self-check", WRITES)),
    "self-check beside others": (2, ("contract", "--self-check", *ISOLATED)),
    "replay": (2, ("contract", "--replay", "RECORDING")),
    "other migrations": (2, ("contract", WRITES, "--sql", "SQL")),
    "gate": (2, ("gate",)),
    "gate that may write": (2, ("gate", WRITES)),
    "gate with other migrations": (2, ("gate", WRITES, "--sql", "SQL")),
    "doctor": (0, ("doctor",)),
    "schema apply": (0, ("schema", "apply")),
    "schema check": (0, ("schema", "check")),
    "schema security without the secret": (2, ("schema", "security")),
    "export": (0, SNAPSHOT),
    "plan": (0, ("migrate", "plan", "snapshot")),
    "diff": (0, ("migrate", "diff", "snapshot")),
    "copy of what is there": (0, ("migrate", "copy", "snapshot")),
    "copy of what is there, tried": (0, ("migrate", "copy", "snapshot", "--dry-run")),
    "copy of itself": (2, ("migrate", "copy", "env:DATABASE_URL")),
    "rehearsal": (0, ("migrate", "rehearse")),
    "load compare": (2, ("load", "compare", "--rounds", "3", "--seconds", "2")),
    "load capacity without a budget": (2, ("load", "capacity", "--db-mode", "supabase")),
    "stack clean": (0, ("stack", "clean")),
    "stack down": (0, ("stack", "down")),
    "bridge": (0, ("bridge", "serve", "--adapter", "supabase")),
}


@pytest.mark.parametrize("asked", [*COMMANDS])
@pytest.mark.usefixtures("unchanged")
def test_no_command_changes_a_row(guest: Guest, theirs: Coordinates, asked: str) -> None:
    status, words = COMMANDS[asked]
    sql_files = Path(__file__).parents[3] / "migrations" / "sql"
    for_place = {"RECORDING": recording(guest.place), "SQL": str(sql_files)}
    if "snapshot" in words and words != SNAPSHOT:
        assert guest(theirs.environ(), *SNAPSHOT).status == 0
    arguments = tuple(for_place.get(one, one) for one in words)
    is_short = arguments[0] in {"contract", "gate"} and "--self-check" not in arguments
    done = guest(theirs.environ(), *arguments, command=FEW_CASES if is_short else COMMAND)
    assert done.status == status, done
    assert "Traceback" not in done.out + done.err
    assert guest.journals == []


@pytest.mark.usefixtures("unchanged")
def test_an_api_that_is_served_on_it_writes_nothing_by_itself(
    start: Callable[..., "Popen[str]"], theirs: Coordinates
) -> None:
    server = start("serve", "--db-mode", "supabase", "--port", "0", **theirs.environ())
    assert server.stdout is not None
    assert server.stdout.readline().startswith("serving http://127.0.0.1:")
    server.send_signal(signal.SIGTERM)
    assert server.wait(_DEADLINE_S) == 0


def signed(role: str) -> str:
    """A token that looks like the project's, signed by somebody else."""
    return jwt.encode({"role": role}, "a secret of somebody else, 32 bytes long", algorithm="HS256")


WRONG: dict[str, tuple[Callable[[Coordinates], dict[str, str]], str]] = {
    "the anon key in its place": (
        lambda project: {"SUPABASE_SERVICE_ROLE_KEY": project.anon_key},
        "SUPABASE_SERVICE_ROLE_KEY is a key of the role anon",
    ),
    "the service key in the place of the anon key": (
        lambda project: {"SUPABASE_ANON_KEY": project.service_role_key},
        "SUPABASE_ANON_KEY is a key of the role service_role",
    ),
    "exchanged": (
        lambda project: {
            "SUPABASE_ANON_KEY": project.service_role_key,
            "SUPABASE_SERVICE_ROLE_KEY": project.anon_key,
        },
        "is a key of the role",
    ),
    "of another project": (
        lambda _: {"SUPABASE_SERVICE_ROLE_KEY": signed("service_role")},
        "does not accept SUPABASE_SERVICE_ROLE_KEY",
    ),
    "of no project": (
        lambda _: {"SUPABASE_SERVICE_ROLE_KEY": "not-a-key-at-all"},
        "does not accept SUPABASE_SERVICE_ROLE_KEY",
    ),
    "of another kind": (
        lambda _: {"SUPABASE_SERVICE_ROLE_KEY": "sb_secret_of_nobody_0123456789"},
        "does not accept SUPABASE_SERVICE_ROLE_KEY",
    ),
}


@pytest.mark.parametrize("wrong", [*WRONG])
@pytest.mark.parametrize("consent", [(WRITES,), ISOLATED], ids=["empty", "isolated"])
@pytest.mark.usefixtures("unchanged")
def test_a_wrong_key_is_never_taken_for_an_empty_project(
    guest: Guest, theirs: Coordinates, wrong: str, consent: tuple[str, ...]
) -> None:
    changes, reason = WRONG[wrong]
    done = guest.contract({**theirs.environ(), **changes(theirs)}, *consent)
    assert done.is_unchecked(reason), done
    assert guest.journals == []


@pytest.fixture
def blind(database: Database) -> Iterator[str]:
    """The URL of a role that may do everything to rows, and sees none: row level security hides them."""
    role = sql.Identifier(BLIND)
    with psycopg.connect(database.superuser_url, autocommit=True) as session:
        session.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(PASSWORD)))
        session.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(role))
    yield make_conninfo(database.coordinates.database_url, user=BLIND, password=PASSWORD)
    with psycopg.connect(database.superuser_url, autocommit=True) as session:
        session.execute(sql.SQL("DROP OWNED BY {}").format(role))
        session.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def hidden(database: Database) -> Iterator[None]:
    """Row level security hides all rows from the service role, too."""
    with psycopg.connect(database.superuser_url, autocommit=True) as session:
        session.execute("ALTER ROLE service_role NOBYPASSRLS")
        yield
        session.execute("ALTER ROLE service_role BYPASSRLS")


@pytest.mark.parametrize("consent", [(WRITES,), ISOLATED], ids=["empty", "isolated"])
@pytest.mark.usefixtures("unchanged", "hidden")
def test_who_sees_no_rows_does_not_call_the_tables_empty(
    guest: Guest, theirs: Coordinates, blind: str, consent: tuple[str, ...]
) -> None:
    done: Finished = guest.contract({**theirs.environ(), "DATABASE_URL": blind}, *consent)
    assert done.is_unchecked("ow level security hides rows of"), done
    assert guest.journals == []


@pytest.mark.usefixtures("unchanged", "hidden")
def test_a_service_role_that_sees_no_rows_is_overruled_by_the_database(
    guest: Guest, theirs: Coordinates
) -> None:
    done = guest.contract(theirs.environ(), WRITES)
    assert done.is_unchecked("is not empty: counted by DATABASE_URL, there are rows in"), done
    assert guest.journals == []
