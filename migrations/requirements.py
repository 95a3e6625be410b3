"""What the scheduler needs of the database beyond the description of its entities, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.models import ENTITIES

__all__ = [
    "FUNCTIONS",
    "INDEXES",
    "LOGIN_ROLE",
    "OUTSIDERS",
    "PRIVILEGES",
    "SERVICE_ROLE",
    "RequiredFunction",
    "RequiredIndex",
]

SERVICE_ROLE = "service_role"
"""The role of the server's key."""

LOGIN_ROLE = "authenticator"
"""The role as which PostgREST connects, before it becomes one of the others."""

OUTSIDERS = ("anon", "authenticated")
"""The roles that anybody can get with the public key: they may do nothing."""

PRIVILEGES: Mapping[str, frozenset[str]] = {
    table: frozenset({"SELECT", "INSERT"} if entity.append_only else {"SELECT", "INSERT", "UPDATE", "DELETE"})
    for table, entity in ENTITIES.items()
}
"""What the server's role needs, by table."""


@dataclass(frozen=True, kw_only=True)
class RequiredFunction:
    """One SQL function of the documented protocol, in schema public."""

    name: str
    arguments: tuple[str, ...]
    """Name and type of each; PostgREST passes arguments by name."""
    optional: int = 0
    """How many of the last arguments have a default."""
    result: str
    flow: str
    """What cannot be done without it."""
    tables: frozenset[str]
    """The tables without which there is no point in asking for it."""
    contains: str = ""
    """Words without which its body cannot be right under concurrency, outside comments and strings."""
    row_locks: int = 0
    """How many times its body locks rows, at least, if each of them must skip those that others hold."""


@dataclass(frozen=True, kw_only=True)
class RequiredIndex:
    """An index, by what it is for: any valid B-tree that starts with these columns will do."""

    table: str
    columns: tuple[str, ...]
    where: str | None = None
    reason: str

    @property
    def name(self) -> str:
        """The name in reports; an index of any name is accepted."""
        return "_".join(self.columns)


def _queue_functions() -> tuple[RequiredFunction, ...]:
    found: list[RequiredFunction] = []
    for table, entity in ENTITIES.items():
        if entity.queue is None:
            continue
        found += [
            RequiredFunction(
                name=f"claim_{table}",
                arguments=("p_limit integer", "p_lease_s double precision"),
                result=f"SETOF public.{table}",
                flow=f"claim of {table}",
                tables=frozenset({table}),
                row_locks=2,  # the exhausted rows, and those that are due
            ),
            RequiredFunction(
                name=f"complete_{entity.singular}",
                arguments=("p_id uuid", "p_attempts integer"),
                result=f"public.{table}",
                flow=f"complete of {table}",
                tables=frozenset({table}),
            ),
            RequiredFunction(
                name=f"fail_{entity.singular}",
                arguments=(
                    "p_id uuid",
                    "p_attempts integer",
                    "p_error text",
                    "p_retry_in_s double precision",
                ),
                result=f"public.{table}",
                flow=f"fail of {table}",
                tables=frozenset({table}),
            ),
        ]
    return tuple(found)


_BOOKING_TABLES = frozenset({"scheduling_requests", "bookings", "audit_logs", "sync_jobs"})

FUNCTIONS: tuple[RequiredFunction, ...] = (
    RequiredFunction(
        name="book",
        arguments=(
            "p_id uuid",
            "p_request_id uuid",
            "p_scheduled_start timestamp with time zone",
            "p_scheduled_end timestamp with time zone",
            "p_booked_by text",
            "p_actor_type text",
            "p_actor_id text",
            "p_calendar_event_id text",
            "p_calendar_ical_uid text",
            "p_conference_join_url text",
            "p_icims_activity_id text",
        ),
        optional=5,
        result="public.bookings",
        flow="book",
        tables=_BOOKING_TABLES,
    ),
    RequiredFunction(
        name="reschedule",
        arguments=(
            "p_booking_id uuid",
            "p_scheduled_start timestamp with time zone",
            "p_scheduled_end timestamp with time zone",
            "p_actor_type text",
            "p_actor_id text",
        ),
        optional=1,
        result="public.bookings",
        flow="reschedule",
        tables=_BOOKING_TABLES,
    ),
    RequiredFunction(
        name="cancel",
        arguments=("p_booking_id uuid", "p_reason text", "p_actor_type text", "p_actor_id text"),
        optional=1,
        result="public.bookings",
        flow="cancel",
        tables=_BOOKING_TABLES,
    ),
    *_queue_functions(),
    RequiredFunction(
        name="receive_webhook_event",
        arguments=(
            "p_id uuid",
            "p_tenant_id text",
            "p_provider text",
            "p_event_id text",
            "p_payload_hash text",
            "p_event_type text",
            "p_payload jsonb",
            "p_signature text",
            "p_verified boolean",
        ),
        result="TABLE(is_new boolean, event public.webhook_events)",
        flow="receive of webhook_events",
        tables=frozenset({"webhook_events"}),
        contains="on conflict",
    ),
    RequiredFunction(
        name="ops_summary",
        arguments=(),
        result="jsonb",
        flow="ops_summary",
        tables=frozenset(ENTITIES) - {"audit_logs"},
    ),
)

INDEXES: tuple[RequiredIndex, ...] = (
    *(
        RequiredIndex(table=table, columns=entity.order, reason="paging by key walks the table in this order")
        for table, entity in ENTITIES.items()
    ),
    *(
        RequiredIndex(
            table=table,
            columns=("run_after", "id"),
            where=f"status IN ('{entity.queue.waiting}', '{entity.queue.processing}')",
            reason="a claim looks for the rows that are due, among all that are done",
        )
        for table, entity in ENTITIES.items()
        if entity.queue is not None
    ),
    *(
        RequiredIndex(table=table, columns=(column.name,), reason="a deleted parent looks for its children")
        for table, entity in ENTITIES.items()
        for column in entity.columns
        if column.references is not None
    ),
    RequiredIndex(table="sync_jobs", columns=("entity_id",), reason="the state of one entity is looked up"),
    RequiredIndex(
        table="reconciliation_jobs",
        columns=("entity_type", "entity_id"),
        reason="the state of one entity is looked up",
    ),
    RequiredIndex(
        table="scheduling_requests",
        columns=("candidate_email",),
        reason="the requests of one candidate are looked up",
    ),
    RequiredIndex(
        table="scheduling_requests", columns=("expires_at",), reason="expired links are looked for regularly"
    ),
    RequiredIndex(
        table="scheduling_requests",
        columns=("needs_attention",),
        where="needs_attention = true",
        reason="the operations page looks for the few requests that need attention",
    ),
    RequiredIndex(
        table="bookings", columns=("scheduled_start",), reason="the bookings of a day or a week are looked up"
    ),
)
