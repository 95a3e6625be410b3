"""The six descriptions, held against the plan's section 4.1 and the constraints that were added to it."""

import pytest

from harness.models import ENTITIES, NEW_ID, NOW, Entity, Queue, Row

# Transcribed from the plan by hand: column, type, NULL or not, default.
PLAN = {
    "scheduling_requests": """
        id uuid NOT NULL gen_random_uuid()
        application_id text NULL
        candidate_name text NOT NULL
        candidate_email text NOT NULL
        req_id text NULL
        req_title text NOT NULL
        interview_type text NOT NULL
        duration_minutes integer NOT NULL
        interviewer_emails text[] NOT NULL
        organizer_email text NOT NULL
        calendar_provider text NOT NULL 'microsoft_graph'::text
        graph_tenant_id text NULL
        window_start timestamptz NOT NULL
        window_end timestamptz NOT NULL
        candidate_timezone text NOT NULL
        public_token text NOT NULL
        public_token_hash text NOT NULL
        expires_at timestamptz NOT NULL
        status text NOT NULL 'pending'::text
        needs_attention boolean NOT NULL false
        needs_attention_reason text NULL
        created_by text NULL
        created_at timestamptz NOT NULL now()
        updated_at timestamptz NOT NULL now()
    """,
    "bookings": """
        id uuid NOT NULL gen_random_uuid()
        request_id uuid NOT NULL
        scheduled_start timestamptz NOT NULL
        scheduled_end timestamptz NOT NULL
        calendar_event_id text NULL
        calendar_ical_uid text NULL
        conference_join_url text NULL
        icims_activity_id text NULL
        status text NOT NULL 'confirmed'::text
        confirmed_at timestamptz NULL
        cancelled_at timestamptz NULL
        cancellation_reason text NULL
        booked_by text NOT NULL
        booked_at timestamptz NOT NULL now()
        updated_at timestamptz NOT NULL now()
    """,
    "audit_logs": """
        id uuid NOT NULL gen_random_uuid()
        request_id uuid NULL
        booking_id uuid NULL
        action text NOT NULL
        actor_type text NOT NULL
        actor_id text NULL
        payload jsonb NOT NULL '{}'::jsonb
        created_at timestamptz NOT NULL now()
    """,
    "sync_jobs": """
        id uuid NOT NULL gen_random_uuid()
        type text NOT NULL
        entity_id text NOT NULL
        entity_type text NOT NULL
        attempts integer NOT NULL 0
        max_attempts integer NOT NULL 5
        status text NOT NULL 'pending'::text
        last_error text NULL
        payload jsonb NOT NULL '{}'::jsonb
        run_after timestamptz NOT NULL now()
        created_at timestamptz NOT NULL now()
        updated_at timestamptz NOT NULL now()
    """,
    "webhook_events": """
        id uuid NOT NULL gen_random_uuid()
        tenant_id text NULL
        provider text NOT NULL 'icims'::text
        event_id text NOT NULL
        payload_hash text NOT NULL
        event_type text NOT NULL
        payload jsonb NOT NULL
        signature text NOT NULL
        verified boolean NOT NULL false
        status text NOT NULL 'received'::text
        attempts integer NOT NULL 0
        max_attempts integer NOT NULL 3
        last_error text NULL
        run_after timestamptz NOT NULL now()
        processed_at timestamptz NULL
        created_at timestamptz NOT NULL now()
        updated_at timestamptz NOT NULL now()
    """,
    "reconciliation_jobs": """
        id uuid NOT NULL gen_random_uuid()
        tenant_id text NULL
        job_type text NOT NULL
        entity_type text NOT NULL
        entity_id text NOT NULL
        status text NOT NULL 'pending'::text
        attempts integer NOT NULL 0
        max_attempts integer NOT NULL 3
        last_error text NULL
        detection_reason text NOT NULL
        run_after timestamptz NOT NULL now()
        created_at timestamptz NOT NULL now()
        updated_at timestamptz NOT NULL now()
    """,
}

DEFAULTS = {
    "gen_random_uuid()": NEW_ID.value,
    "now()": NOW.value,
    "'microsoft_graph'::text": "microsoft_graph",
    "'pending'::text": "pending",
    "'confirmed'::text": "confirmed",
    "'received'::text": "received",
    "'icims'::text": "icims",
    "'{}'::jsonb": {},
    "false": False,
    "0": 0,
    "3": 3,
    "5": 5,
}

CHOICES = {
    "scheduling_requests.interview_type": ("phone_screen", "hm_screen", "onsite", "final"),
    "scheduling_requests.status": ("pending", "booked", "rescheduled", "cancelled", "expired"),
    "bookings.status": ("confirmed", "rescheduled", "cancelled"),
    "audit_logs.actor_type": ("coordinator", "candidate", "system"),
    "sync_jobs.type": ("icims_note",),
    "sync_jobs.entity_type": ("scheduling_request", "booking"),
    "sync_jobs.status": ("pending", "processing", "completed", "failed"),
    "webhook_events.status": ("received", "processing", "processed", "failed"),
    "reconciliation_jobs.job_type": ("icims_note_missing", "calendar_event_missing", "state_mismatch"),
    "reconciliation_jobs.entity_type": ("scheduling_request", "booking"),
    "reconciliation_jobs.status": ("pending", "processing", "completed", "failed", "requires_attention"),
}

CHECKS = {
    "scheduling_requests": [
        "scheduling_requests_candidate_email_size",
        "scheduling_requests_duration_positive",
        "scheduling_requests_interview_type_check",
        "scheduling_requests_public_token_hash_size",
        "scheduling_requests_status_check",
        "scheduling_requests_window_order",
    ],
    "bookings": ["bookings_slot_order", "bookings_status_check"],
    "audit_logs": ["audit_logs_action_size", "audit_logs_actor_type_check"],
    "sync_jobs": [
        "sync_jobs_attempts_bounds",
        "sync_jobs_entity_id_size",
        "sync_jobs_entity_type_check",
        "sync_jobs_max_attempts_positive",
        "sync_jobs_status_check",
        "sync_jobs_type_check",
    ],
    "webhook_events": [
        "webhook_events_attempts_bounds",
        "webhook_events_event_id_size",
        "webhook_events_max_attempts_positive",
        "webhook_events_payload_hash_size",
        "webhook_events_provider_size",
        "webhook_events_status_check",
    ],
    "reconciliation_jobs": [
        "reconciliation_jobs_attempts_bounds",
        "reconciliation_jobs_entity_id_size",
        "reconciliation_jobs_entity_type_check",
        "reconciliation_jobs_job_type_check",
        "reconciliation_jobs_max_attempts_positive",
        "reconciliation_jobs_status_check",
    ],
}

UNIQUES: dict[str, dict[str, tuple[str, ...]]] = {
    "scheduling_requests": {
        "scheduling_requests_pkey": ("id",),
        "scheduling_requests_public_token_hash_key": ("public_token_hash",),
    },
    "bookings": {"bookings_pkey": ("id",), "bookings_one_active_per_request": ("request_id",)},
    "audit_logs": {"audit_logs_pkey": ("id",)},
    "sync_jobs": {"sync_jobs_pkey": ("id",)},
    "webhook_events": {
        "webhook_events_pkey": ("id",),
        "webhook_events_provider_event_id_key": ("provider", "event_id"),
    },
    "reconciliation_jobs": {"reconciliation_jobs_pkey": ("id",)},
}

REFERENCES = {
    "bookings_request_id_fkey": ("scheduling_requests", "cascade"),
    "audit_logs_request_id_fkey": ("scheduling_requests", "set null"),
    "audit_logs_booking_id_fkey": ("bookings", "set null"),
}

QUEUES = {
    "sync_jobs": Queue(waiting="pending", done="completed"),
    "webhook_events": Queue(waiting="received", done="processed", done_at="processed_at"),
    "reconciliation_jobs": Queue(waiting="pending", done="completed"),
}


def described(entity: Entity[Row]) -> list[str]:
    lines = []
    for column in entity.columns:
        kind = column.type.value.replace("timestamp with time zone", "timestamptz")
        null = "NULL" if column.nullable else "NOT NULL"
        default = "" if column.default is None else column.default.sql
        lines.append(f"{column.name} {kind} {null} {default}".strip())
    return lines


def test_there_are_six_tables_and_parents_come_before_their_children() -> None:
    assert list(ENTITIES) == [
        "scheduling_requests",
        "bookings",
        "audit_logs",
        "sync_jobs",
        "webhook_events",
        "reconciliation_jobs",
    ]


@pytest.mark.parametrize("table", PLAN)
def test_columns_are_the_plans(table: str) -> None:
    assert described(ENTITIES[table]) == [line.strip() for line in PLAN[table].strip().splitlines()]


@pytest.mark.parametrize("table", PLAN)
def test_the_default_of_sql_and_the_default_of_python_are_the_same(table: str) -> None:
    for column in ENTITIES[table].columns:
        if column.default is not None:
            assert DEFAULTS[column.default.sql] == column.default.value, column.name


def test_choices_are_the_plans() -> None:
    found = {
        f"{table}.{column.name}": column.choices
        for table, entity in ENTITIES.items()
        for column in entity.columns
        if column.choices is not None
    }
    assert found == CHOICES


@pytest.mark.parametrize("table", CHECKS)
def test_checks_stand_in_the_order_of_their_names(table: str) -> None:
    assert [check.name for check in ENTITIES[table].all_checks] == CHECKS[table]


@pytest.mark.parametrize("table", UNIQUES)
def test_the_primary_key_comes_first_among_the_unique_keys(table: str) -> None:
    found = {unique.name: unique.columns for unique in ENTITIES[table].all_uniques}
    assert list(found.items()) == list(UNIQUES[table].items())


def test_only_the_active_booking_is_unique_per_request() -> None:
    (unique,) = ENTITIES["bookings"].uniques
    assert unique.where is not None
    assert unique.where.sql == "status <> 'cancelled'"
    assert [
        unique.where.holds({"status": status}) for status in ("confirmed", "rescheduled", "cancelled")
    ] == [
        True,
        True,
        False,
    ]


def test_references_say_what_a_delete_does() -> None:
    found = {
        entity.reference_name(column): (column.references.table, column.references.on_delete)
        for entity in ENTITIES.values()
        for column in entity.columns
        if column.references is not None
    }
    assert found == REFERENCES


def test_three_tables_are_queues() -> None:
    assert {table: entity.queue for table, entity in ENTITIES.items() if entity.queue is not None} == QUEUES


def test_audit_logs_are_append_only_and_bookings_say_booked_at() -> None:
    times = {table: (entity.created, entity.updated) for table, entity in ENTITIES.items()}
    assert times == {
        "scheduling_requests": ("created_at", "updated_at"),
        "bookings": ("booked_at", "updated_at"),
        "audit_logs": ("created_at", None),
        "sync_jobs": ("created_at", "updated_at"),
        "webhook_events": ("created_at", "updated_at"),
        "reconciliation_jobs": ("created_at", "updated_at"),
    }
    assert [table for table, entity in ENTITIES.items() if entity.append_only] == ["audit_logs"]


@pytest.mark.parametrize(
    ("table", "name", "row", "expected"),
    [
        ("scheduling_requests", "scheduling_requests_duration_positive", {"duration_minutes": 1}, True),
        ("scheduling_requests", "scheduling_requests_duration_positive", {"duration_minutes": 0}, False),
        (
            "scheduling_requests",
            "scheduling_requests_window_order",
            {"window_start": 1, "window_end": 1},
            False,
        ),
        (
            "scheduling_requests",
            "scheduling_requests_window_order",
            {"window_start": 1, "window_end": 2},
            True,
        ),
        ("scheduling_requests", "scheduling_requests_status_check", {"status": "Pending"}, False),
        ("scheduling_requests", "scheduling_requests_status_check", {"status": None}, None),
        (
            "scheduling_requests",
            "scheduling_requests_candidate_email_size",
            {"candidate_email": "é" * 512},
            True,
        ),
        (
            "scheduling_requests",
            "scheduling_requests_candidate_email_size",
            {"candidate_email": "é" * 513},
            False,
        ),
        ("bookings", "bookings_slot_order", {"scheduled_start": 2, "scheduled_end": 1}, False),
        ("sync_jobs", "sync_jobs_attempts_bounds", {"attempts": 5, "max_attempts": 5}, True),
        ("sync_jobs", "sync_jobs_attempts_bounds", {"attempts": 6, "max_attempts": 5}, False),
        ("sync_jobs", "sync_jobs_attempts_bounds", {"attempts": -1, "max_attempts": 5}, False),
        ("sync_jobs", "sync_jobs_max_attempts_positive", {"max_attempts": 0}, False),
    ],
)
def test_a_check_holds_or_not(table: str, name: str, row: dict[str, object], expected: bool | None) -> None:  # noqa: FBT001  # an expectation
    check = {check.name: check for check in ENTITIES[table].all_checks}[name]
    assert check.holds(row) is expected


def test_aliases_are_the_camel_case_names_of_the_plan() -> None:
    aliases = ENTITIES["scheduling_requests"].by_alias
    assert list(aliases)[:5] == ["id", "applicationId", "candidateName", "candidateEmail", "reqId"]
    assert aliases["publicTokenHash"].name == "public_token_hash"
    assert ENTITIES["bookings"].by_alias["calendarIcalUid"].name == "calendar_ical_uid"
