"""Removes rows that the API cannot delete: jobs, events and audit entries, each by its id.

With the service key alone, audit entries stay: no role of the API may delete them, which is what an audit is
for. The owner of the database (DATABASE_URL) may.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import httpx
import msgspec
import psycopg
from psycopg import sql

from harness.settings import Settings
from harness.stack.external.keys import headers_of
from loadtests.errors import LoadError
from loadtests.scenarios.journal import Created
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.values import DOMAIN

__all__ = ["RowAccess", "Rows"]

_CHUNK = 100
_TIMEOUT_S = 30.0


class RowAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How rows are reached besides the API: by PostgREST, by SQL, or both."""

    supabase_url: str | None = None
    service_role_key: str | None = None
    database_url: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """What the environment gives; None if that is not enough for either way."""
        if settings.database_url is None and not (
            settings.supabase_url and settings.supabase_service_role_key
        ):
            return None
        return cls(
            supabase_url=settings.supabase_url,
            service_role_key=settings.supabase_service_role_key,
            database_url=settings.database_url,
        )

    def __repr__(self) -> str:
        """Name it without secrets."""
        return f"RowAccess({self.supabase_url!r})"


class Rows:
    """The rows of a run in the database; SQL is preferred where both ways are given."""

    def __init__(self, access: RowAccess) -> None:
        """Raises LoadError if neither way is given whole."""
        self.removes_audit_entries = access.database_url is not None
        self._access = access
        if access.database_url is None and not (access.supabase_url and access.service_role_key):
            raise LoadError(
                "Rows can be removed with DATABASE_URL, or with SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY;"
                " neither is given."
            )

    def find(self, ledger: Ledger) -> None:
        """Look for what carries the run's mark without being in the journal, and for audit entries.

        It must happen before requests are removed: audit entries then lose the link to them. Raises LoadError
        if nothing of the run is there: then it is another database than the server's.
        """
        created = ledger.created
        self._require_own(created)
        ledger.note(
            "request", self._marked("scheduling_requests", "candidate_email", f"{created.mark}@{DOMAIN}")
        )
        ledger.note("event", self._marked("webhook_events", "event_id", created.mark))
        ledger.note("booking", self._about("bookings", "request_id", created.requests))
        ledger.note("audit_entry", self._about("audit_logs", "request_id", created.requests))
        ledger.note("audit_entry", self._about("audit_logs", "booking_id", created.bookings))

    def _require_own(self, created: Created) -> None:
        known = {"scheduling_requests": created.requests, "webhook_events": created.events}
        found = any(next(self._about(table, "id", ids), None) for table, ids in known.items())
        if any(known.values()) and not found:
            named = "DATABASE_URL" if self._access.database_url is not None else "SUPABASE_URL"
            raise LoadError(
                f"nothing of the run is in the database of {named}: it is gone already, or that is another"
                f" database than the server's. Set {named} to the server's."
            )

    def remove(self, ledger: Ledger) -> None:
        """Remove jobs, events and, where it is possible, audit entries."""
        created = ledger.created
        about = created.bookings | created.requests
        self._delete("sync_jobs", "entity_id", about)
        self._delete("reconciliation_jobs", "entity_id", about)
        self._delete("webhook_events", "id", created.events)
        gone = created.events | (created.bookings - created.requests)
        if self.removes_audit_entries:
            self._delete("audit_logs", "id", created.audit_entries)
            gone |= created.audit_entries
        ledger.removed(gone)

    def remove_requests(self, ledger: Ledger) -> None:
        """Remove requests, and with them their bookings."""
        self._delete("scheduling_requests", "id", ledger.created.requests)
        ledger.removed(ledger.created.requests)

    def _marked(self, table: str, column: str, ending: str) -> list[str]:
        if self._access.database_url is not None:
            query = sql.SQL("SELECT id::text FROM public.{} WHERE right({}, length(%s)) = %s").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            # The dot before the mark: no other run's mark ends so.
            return [row[0] for row in self._sql(query, (f".{ending}", f".{ending}"))]
        return [
            row["id"]
            for row in self._rest("GET", table, {"select": "id", column: f"like.*.{ending}", "limit": "1000"})
        ]

    def _about(self, table: str, column: str, ids: Iterable[str]) -> Iterator[str]:
        for chunk in _chunks(ids):
            if self._access.database_url is not None:
                query = sql.SQL("SELECT id::text FROM public.{} WHERE {}::text = ANY(%s)").format(
                    sql.Identifier(table), sql.Identifier(column)
                )
                yield from (row[0] for row in self._sql(query, (chunk,)))
            else:
                found = self._rest("GET", table, {"select": "id", column: f"in.({','.join(chunk)})"})
                yield from (row["id"] for row in found)

    def _delete(self, table: str, column: str, ids: Iterable[str]) -> None:
        for chunk in _chunks(ids):
            if self._access.database_url is not None:
                query = sql.SQL("DELETE FROM public.{} WHERE {}::text = ANY(%s) RETURNING id::text").format(
                    sql.Identifier(table), sql.Identifier(column)
                )
                self._sql(query, (chunk,))
            else:
                self._rest("DELETE", table, {column: f"in.({','.join(chunk)})"})

    def _sql(self, query: sql.Composed, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        assert self._access.database_url is not None  # noqa: S101  # the caller looked
        try:
            with psycopg.connect(self._access.database_url, prepare_threshold=None) as connection:
                return connection.execute(query, values).fetchall()
        except psycopg.Error as error:
            raise LoadError(f"The rows of the run cannot be removed by SQL: {error}") from error

    def _rest(self, method: str, table: str, query: dict[str, str]) -> list[dict[str, Any]]:
        key = self._access.service_role_key or ""
        try:
            answer = httpx.request(
                method,
                f"{self._access.supabase_url}/rest/v1/{table}",
                params=query,
                headers=headers_of(key),
                timeout=_TIMEOUT_S,
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise LoadError(f"The rows of the run cannot be removed through PostgREST: {error}") from error
        rows: list[dict[str, Any]] = answer.json() if method == "GET" else []
        return rows


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
