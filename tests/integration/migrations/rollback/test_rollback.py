"""The undo of a copy, on a real server: exactly the copy's own rows go, and what stays is said."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.loading.locks import RUN
from migrations.loading.session import open_connection
from migrations.rehearsal.generate import Generated
from migrations.rollback.runs import all_runs, chosen
from migrations.rollback.undo import TableUndone, alone, undo
from tests.integration.migrations.rollback.conftest import GENERATED, insert

Copy = Callable[..., str]
OTHERS = Generated(seed=6, counts=dict.fromkeys(ENTITIES, 60))


def roll_back(dsn: str, run_id: str | None = None, **options: bool) -> dict[str, TableUndone]:
    with open_connection(dsn, "test") as connection, alone(connection):
        run = chosen(all_runs(connection), run_id)
        done = undo(connection, run, allow_triggers=options.pop("allow_triggers", False), **options)
    return {each.table: each for each in done}


def contents(connection: psycopg.Connection) -> dict[str, list[Any]]:
    """All rows with the transaction that wrote each."""
    return {
        table: connection.execute(
            sql.SQL("SELECT t::text, xmin::text FROM {} AS t ORDER BY t.id").format(
                sql.Identifier("public", table)
            )
        ).fetchall()
        for table in ENTITIES
    }


def numbers(done: dict[str, TableUndone]) -> dict[str, tuple[int, int, int]]:
    return {table: (each.removed, each.kept, each.touched) for table, each in done.items()}


@pytest.fixture
def others(admin: psycopg.Connection) -> dict[str, list[Any]]:
    """Rows that were there before any copy: they share no id, key or reference with those of the copy."""
    for table in ENTITIES:
        for number in range(50, 60):
            row = OTHERS.row(table, number)
            if table == "bookings":
                row |= {"requestId": OTHERS.id("scheduling_requests", 50), "status": "cancelled"}
            if table == "audit_logs":
                row |= {"requestId": OTHERS.id("scheduling_requests", 51), "bookingId": None}
            insert(admin, table, row)
    return contents(admin)


def test_all_rows_of_the_copy_go_and_no_other_one(
    dsn: str, admin: psycopg.Connection, others: dict[str, list[Any]], copy: Copy
) -> None:
    copy()
    done = roll_back(dsn)
    assert numbers(done) == dict.fromkeys(ENTITIES, (40, 0, 0))
    assert contents(admin) == others


def test_a_dry_run_says_the_same_and_removes_nothing(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    before = contents(admin)
    assert numbers(roll_back(dsn, dry_run=True)) == dict.fromkeys(ENTITIES, (40, 0, 0))
    assert contents(admin) == before
    assert numbers(roll_back(dsn)) == dict.fromkeys(ENTITIES, (40, 0, 0))


def test_rows_that_were_changed_or_deleted_since_are_counted_and_stay_as_they_are(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    admin.execute("UPDATE sync_jobs SET last_error = 'retried' WHERE id = %s", [GENERATED.id("sync_jobs", 3)])
    admin.execute("UPDATE sync_jobs SET attempts = attempts WHERE id = %s", [GENERATED.id("sync_jobs", 4)])
    admin.execute("DELETE FROM sync_jobs WHERE id = %s", [GENERATED.id("sync_jobs", 5)])
    done = roll_back(dsn)
    assert numbers(done) == {**dict.fromkeys(ENTITIES, (40, 0, 0)), "sync_jobs": (37, 0, 3)}
    left = {str(row[0]) for row in admin.execute("SELECT id FROM sync_jobs")}
    assert left == {GENERATED.id("sync_jobs", 3), GENERATED.id("sync_jobs", 4)}


def test_a_row_that_was_deleted_and_written_again_is_somebody_elses(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    admin.execute("CREATE TEMP TABLE moved AS SELECT * FROM webhook_events ORDER BY id LIMIT 2")
    admin.execute("DELETE FROM webhook_events WHERE id IN (SELECT id FROM moved)")
    admin.execute("INSERT INTO webhook_events SELECT * FROM moved")
    assert numbers(roll_back(dsn))["webhook_events"] == (38, 0, 2)
    assert admin.execute("SELECT count(*) FROM webhook_events").fetchone() == (2,)


def test_parents_to_which_new_rows_refer_stay_and_their_parents_too(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    booking = GENERATED.row("bookings", 7)
    insert(
        admin,
        "audit_logs",
        {**OTHERS.row("audit_logs", 50), "requestId": None, "bookingId": booking["id"]},
    )
    done = roll_back(dsn)
    assert numbers(done) == {
        **dict.fromkeys(ENTITIES, (40, 0, 0)),
        "scheduling_requests": (39, 1, 0),
        "bookings": (39, 1, 0),
    }
    (kept,) = done["bookings"].named
    assert (kept.key, kept.named_by) == (booking["id"], ("audit_logs.booking_id",))
    (parent,) = done["scheduling_requests"].named
    assert (parent.key, parent.named_by) == (booking["requestId"], ("bookings.request_id",))


def test_what_had_to_stay_goes_the_second_time(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    run_id = copy()
    entry = {
        **OTHERS.row("audit_logs", 50),
        "requestId": GENERATED.id("scheduling_requests", 20),
        "bookingId": None,
    }
    insert(admin, "audit_logs", entry)
    assert numbers(roll_back(dsn))["scheduling_requests"] == (39, 1, 0)
    admin.execute("DELETE FROM audit_logs WHERE id = %s", [entry["id"]])
    nothing = dict.fromkeys(ENTITIES, (0, 0, 0))
    assert numbers(roll_back(dsn, run_id)) == {**nothing, "scheduling_requests": (1, 0, 0)}
    assert numbers(roll_back(dsn, run_id)) == nothing


def test_a_table_that_is_not_ours_keeps_what_it_refers_to(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    admin.execute("CREATE SCHEMA app")
    admin.execute(
        "CREATE TABLE app.notes (about uuid REFERENCES sync_jobs (id) ON DELETE CASCADE, note text)"
    )
    admin.execute("INSERT INTO app.notes VALUES (%s, 'mine')", [GENERATED.id("sync_jobs", 9)])
    done = roll_back(dsn)
    assert numbers(done)["sync_jobs"] == (39, 1, 0)
    assert done["sync_jobs"].named[0].named_by == ("app.notes.about",)
    assert admin.execute("SELECT note FROM app.notes").fetchall() == [("mine",)]


def test_the_rows_of_another_run_stay(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    first = copy(Generated(seed=5, counts={**dict.fromkeys(ENTITIES, 0), "sync_jobs": 20}))
    second = copy(Generated(seed=5, counts={**dict.fromkeys(ENTITIES, 0), "webhook_events": 20}))
    with pytest.raises(ConfigurationError, match="2 runs are left to roll back here: name one"):
        roll_back(dsn)
    assert numbers(roll_back(dsn, first))["sync_jobs"] == (20, 0, 0)
    assert admin.execute("SELECT count(*) FROM webhook_events").fetchone() == (20,)
    assert numbers(roll_back(dsn, second[:8]))["webhook_events"] == (20, 0, 0)


def test_rows_keep_their_writer_through_a_vacuum(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    admin.execute("DELETE FROM sync_jobs WHERE id = %s", [GENERATED.id("sync_jobs", 5)])
    admin.execute("VACUUM FREEZE sync_jobs")
    admin.execute("VACUUM FULL sync_jobs")
    assert numbers(roll_back(dsn))["sync_jobs"] == (39, 0, 1)


def test_a_table_that_was_rewritten_is_left_alone(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    before = contents(admin)
    admin.execute("ALTER TABLE sync_jobs ADD COLUMN priority integer DEFAULT 3")
    with pytest.raises(ConfigurationError, match="Segment 0 of sync_jobs inserted 15 rows, and the 15 rows"):
        roll_back(dsn)
    admin.execute("ALTER TABLE sync_jobs DROP COLUMN priority")
    assert contents(admin) == before


def test_another_cluster_is_refused(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    admin.execute("UPDATE parity_migration.runs SET system_identifier = '7'")
    with pytest.raises(ConfigurationError, match=r"another cluster \(7\)"):
        roll_back(dsn)


def test_another_database_is_refused(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    admin.execute("UPDATE parity_migration.runs SET database_oid = 7")
    with pytest.raises(ConfigurationError, match=r"another database \(oid 7\)"):
        roll_back(dsn)


def test_where_the_cluster_is_unknown_every_segment_must_be_whole(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    admin.execute("UPDATE parity_migration.runs SET system_identifier = NULL")
    admin.execute("DELETE FROM sync_jobs WHERE id = %s", [GENERATED.id("sync_jobs", 5)])
    with pytest.raises(ConfigurationError, match="Segment 0 of sync_jobs inserted 15 rows, and the 14 rows"):
        roll_back(dsn)


def test_runs_that_are_too_far_away_are_refused(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    admin.execute("UPDATE parity_migration.segments SET xid = '5000000000' WHERE number = 0")
    with pytest.raises(ConfigurationError, match="transactions lie between"):
        roll_back(dsn)


def test_rows_that_only_look_like_those_of_the_run_stay(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    before = contents(admin)
    admin.execute(
        "UPDATE parity_migration.segments SET inserted = 0, rows_read = 0, fingerprint = 0 WHERE number = 0"
    )
    with pytest.raises(ConfigurationError, match="inserted 0 rows"):
        roll_back(dsn)
    assert contents(admin) == before


def test_a_trigger_on_delete_is_found_first(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    admin.execute("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'")
    admin.execute("CREATE TRIGGER gone BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION note()")
    with pytest.raises(ConfigurationError, match="trigger gone of bookings"):
        roll_back(dsn)
    assert numbers(roll_back(dsn, allow_triggers=True))["bookings"] == (40, 0, 0)


def test_a_trigger_that_keeps_rows_does_not_make_them_gone(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    admin.execute("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    admin.execute("CREATE TRIGGER gone BEFORE DELETE ON sync_jobs FOR EACH ROW EXECUTE FUNCTION keep()")
    assert numbers(roll_back(dsn, allow_triggers=True))["sync_jobs"] == (0, 40, 0)


def test_only_one_is_at_work(dsn: str, admin: psycopg.Connection, copy: Copy) -> None:
    copy()
    admin.execute("SELECT pg_advisory_lock(%s)", [RUN])
    with pytest.raises(ConfigurationError, match=f"process {admin.info.backend_pid} of the server"):
        roll_back(dsn)
    admin.execute("SELECT pg_advisory_unlock(%s)", [RUN])
    assert numbers(roll_back(dsn))["bookings"] == (40, 0, 0)


def test_a_server_process_that_dies_in_the_middle_leaves_all_rows(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    before = contents(admin)
    admin.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
        "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN OLD; END'"
    )
    # Bookings come after the tables that have no children, whose rows are gone by then.
    admin.execute("CREATE TRIGGER dies BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION die()")
    with pytest.raises(psycopg.OperationalError):
        roll_back(dsn, allow_triggers=True)
    assert contents(admin) == before
    admin.execute("DROP TRIGGER dies ON bookings")
    assert numbers(roll_back(dsn)) == dict.fromkeys(ENTITIES, (40, 0, 0))


def test_an_unknown_run_is_refused_with_those_that_there_are(dsn: str, copy: Copy) -> None:
    run_id = copy()
    with pytest.raises(ConfigurationError, match=run_id):
        roll_back(dsn, "00000000-0000-4000-8000-000000000000")
