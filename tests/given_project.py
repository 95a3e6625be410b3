"""A project that somebody else has: the embedded stack in that role, with rows or not, looked at closely."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from contracts.builders import COORDINATOR, a_booking, a_delivery, a_new, a_request
from harness.adapters.supabase import SupabaseStore
from harness.models import ENTITIES
from harness.stack.coordinates import Coordinates
from harness.stack.databases import _plan
from harness.stack.launch import Supervisor
from harness.stack.plans import DatabasePlan
from harness.stack.protocol import Database, Stack
from harness.stack.records import StackRecord
from tests.bouncer import bouncer

__all__ = [
    "PUBLISHABLE",
    "SECRET",
    "Fingerprint",
    "behind_bouncer",
    "fill",
    "fingerprint",
    "hosted",
    "statements",
    "watched",
]

Fingerprint = dict[str, list[tuple[str, ...]]]
PUBLISHABLE, SECRET = "sb_publishable_0123456789abcdef", "sb_secret_0123456789abcdef"
_WATCH = """
CREATE SCHEMA watch;
CREATE TABLE watch.statements (at timestamptz DEFAULT clock_timestamp(), said text);
CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
$$ BEGIN INSERT INTO watch.statements (said) VALUES (current_query()); RETURN NULL; END; $$;
"""
_UNPREPARED = sql.SQL("ALTER ROLE authenticator IN DATABASE {} SET pgrst.db_prepared_statements = 'false'")
_WATCH_TABLE = """
CREATE TRIGGER watch_this AFTER UPDATE OR DELETE ON public.{0}
  FOR EACH STATEMENT EXECUTE FUNCTION watch.note();
CREATE TRIGGER watch_emptying BEFORE TRUNCATE ON public.{0}
  FOR EACH STATEMENT EXECUTE FUNCTION watch.note();
"""


def fill(project: Coordinates) -> None:
    """Make rows in all six tables, among them work that is due: a claim would take it."""
    with SupabaseStore(project.supabase_url, project.service_role_key) as store:
        for _ in range(3):
            store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)
        store.webhook_events.receive(a_delivery())
        for row in (entity.row for entity in ENTITIES.values()):
            getattr(store, _table(row)).create(a_new(row, store))


def fingerprint(project: Coordinates) -> Fingerprint:
    """Every row with its place and the transaction that wrote it: equal only if nobody touched a thing."""
    with psycopg.connect(project.database_url) as session:
        return {
            table: session.execute(
                sql.SQL("SELECT t.xmin::text, t.ctid::text, t::text FROM {} AS t ORDER BY id").format(
                    sql.Identifier("public", table)
                )
            ).fetchall()
            for table in ENTITIES
        }


def watched(project: Coordinates) -> None:
    """Have the database itself note each statement that updates, deletes or empties."""
    with psycopg.connect(project.database_url) as session:
        session.execute(_WATCH)
        for table in ENTITIES:
            session.execute(_WATCH_TABLE.format(table).encode())


def statements(project: Coordinates) -> list[str]:
    """What was noted, each statement once."""
    with psycopg.connect(project.database_url) as session:
        found = session.execute("SELECT DISTINCT said FROM watch.statements").fetchall()
    return [str(said) for (said,) in found]


@contextmanager
def hosted(project: Coordinates, *, postgrest: str | None = None) -> Iterator[Coordinates]:
    """Put a door in front that knows publishable and secret keys, as a hosted project's.

    It mints the web token that PostgREST wants, and like the first gateways of
    `supabase start` it takes no such key for a web token. `postgrest`: the
    version that it claims to be.
    """
    minted = {PUBLISHABLE: project.anon_key, SECRET: project.service_role_key}
    inner = urlsplit(project.supabase_url)

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = minted.get(self.headers.get("apikey", ""))
            if key is None:
                self._say(401, {"message": "Invalid API key", "hint": "Double check your API key."})
                return
            if "sb_" in self.headers.get("Authorization", ""):
                self._say(401, {"code": "PGRST301", "message": "Expected 3 parts in JWT; got 1"})
                return
            passed = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in {"host", "connection", "apikey", "content-length"}
            }
            upstream = HTTPConnection(inner.hostname or "", inner.port, timeout=60)
            upstream.request(self.command, self.path, body=body or None, headers={**passed, "apikey": key})
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            if postgrest is not None:
                content = re.sub(rb'"version":"[0-9.]+', b'"version":"' + postgrest.encode(), content)
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_HEAD = do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  # their names

        def _say(self, status: int, said: dict[str, str]) -> None:
            content = json.dumps(said).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Coordinates(
            supabase_url=f"http://127.0.0.1:{server.server_address[1]}",
            anon_key=PUBLISHABLE,
            service_role_key=SECRET,
            database_url=project.database_url,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def behind_bouncer(stack: Stack, database: Database, *, size: int) -> Iterator[Coordinates]:
    """Put PgBouncer in transaction mode between a database and all that talk to it, PostgREST included."""
    record = StackRecord.read(stack.record)
    with psycopg.connect(database.superuser_url, autocommit=True) as session:
        # As the manual of PostgREST says for such a pooler, and as PgBouncer before 1.21 needs it.
        session.execute(_UNPREPARED.format(sql.Identifier(database.name)))
    dsns = {role: record.uri(role, database.name) for role in ("postgres", "authenticator")}
    with bouncer(dsns, "transaction", size=size) as through:
        name = f"{database.name[:-1]}p"  # as long as another: its socket's path must not be longer
        made = _plan(record, database.name, pool_size=10, pool_wait_s=10)
        assert isinstance(made, DatabasePlan)
        plan = replace(made, database=name, postgrest_uri=through["authenticator"])
        supervisor = Supervisor.launch("database", Path(record.instance) / f"supervisor-{name}.log")
        try:
            supervisor.send(plan.dumps())
            port = supervisor.wait()["port"]
            yield replace(
                database.coordinates,
                supabase_url=f"http://127.0.0.1:{port}",
                database_url=through["postgres"],
            )
        finally:
            supervisor.send("dropped")
            supervisor.stop()


def _table(row: type) -> str:
    return next(table for table, entity in ENTITIES.items() if entity.row is row)
