"""Harmful changes of keys, constraints and indexes."""

from tests.schema_changes.change import Change

__all__ = ["CONSTRAINTS", "INDEXES", "KEYS"]

INDEXES = (
    Change(
        name="an index is dropped",
        sql="DROP INDEX public.idx_bookings_status;",
        object="idx_bookings_status",
    ),
    Change(
        name="the index of the paging order is dropped",
        sql="DROP INDEX public.idx_audit_logs_created_at_id;",
        object="idx_audit_logs_created_at_id",
    ),
    Change(
        name="an index keeps its name and gets another column",
        sql=(
            "DROP INDEX public.idx_sync_jobs_entity_id; "
            "CREATE INDEX idx_sync_jobs_entity_id ON public.sync_jobs (entity_type);"
        ),
        object="idx_sync_jobs_entity_id",
    ),
    Change(
        name="the columns of an index change places",
        sql=(
            "DROP INDEX public.idx_webhook_events_created_at_id; "
            "CREATE INDEX idx_webhook_events_created_at_id ON public.webhook_events (id, created_at);"
        ),
        object="idx_webhook_events_created_at_id",
    ),
    Change(
        name="the condition of a partial index leaves out rows that are claimed",
        sql=(
            "DROP INDEX public.idx_sync_jobs_due; CREATE INDEX idx_sync_jobs_due "
            "ON public.sync_jobs (run_after, id) WHERE status = 'pending';"
        ),
        object="idx_sync_jobs_due",
    ),
    Change(
        name="a hash index stands in for a B-tree",
        sql=(
            "DROP INDEX public.idx_bookings_scheduled_start; "
            "CREATE INDEX idx_bookings_scheduled_start ON public.bookings USING hash (scheduled_start);"
        ),
        object="idx_bookings_scheduled_start",
    ),
    Change(
        name="an index is left invalid by a build that failed",
        sql=(
            "UPDATE pg_catalog.pg_index SET indisvalid = false "
            "WHERE indexrelid = 'public.idx_reconciliation_jobs_status'::regclass;"
        ),
        object="idx_reconciliation_jobs_status",
        superuser=True,
    ),
)

KEYS = (
    Change(
        name="a unique key is widened by a column",
        sql=(
            "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key, "
            "ADD CONSTRAINT webhook_events_provider_event_id_key UNIQUE (provider, event_id, tenant_id);"
        ),
        object="webhook_events_provider_event_id_key",
        found_by=("check", "contract"),
        case="idempotency.second_delivery_is_known",
    ),
    Change(
        name="a unique key is narrowed by a column",
        sql=(
            "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key, "
            "ADD CONSTRAINT webhook_events_provider_event_id_key UNIQUE (event_id);"
        ),
        object="webhook_events_provider_event_id_key",
    ),
    Change(
        name="a unique key becomes deferrable",
        sql=(
            "ALTER TABLE public.scheduling_requests "
            "DROP CONSTRAINT scheduling_requests_public_token_hash_key, "
            "ADD CONSTRAINT scheduling_requests_public_token_hash_key UNIQUE (public_token_hash) "
            "DEFERRABLE INITIALLY DEFERRED;"
        ),
        object="scheduling_requests_public_token_hash_key",
    ),
    Change(
        name="two active bookings of one request become possible",
        sql="DROP INDEX public.bookings_one_active_per_request;",
        object="bookings_one_active_per_request",
        found_by=("check", "contract"),
        case="constraints_unique.one_active_booking_per_request",
    ),
    Change(
        name="the condition of a partial unique key is weakened",
        sql=(
            "DROP INDEX public.bookings_one_active_per_request; CREATE UNIQUE INDEX "
            "bookings_one_active_per_request ON public.bookings (request_id) WHERE status = 'confirmed';"
        ),
        object="bookings_one_active_per_request",
    ),
    Change(
        name="a unique key that the models do not know",
        sql="CREATE UNIQUE INDEX sync_jobs_one_per_entity ON public.sync_jobs (entity_id);",
        object="sync_jobs_one_per_entity",
    ),
    Change(
        name="a primary key is dropped",
        sql="ALTER TABLE public.audit_logs DROP CONSTRAINT audit_logs_pkey;",
        object="audit_logs_pkey",
    ),
)

CONSTRAINTS = (
    Change(
        name="a check is dropped",
        sql="ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order;",
        object="bookings_slot_order",
        found_by=("check", "contract"),
        case="constraints_bounds.broken_row_is_refused[bookings]",
    ),
    Change(
        name="a check is weakened",
        sql=(
            "ALTER TABLE public.scheduling_requests DROP CONSTRAINT scheduling_requests_window_order, "
            "ADD CONSTRAINT scheduling_requests_window_order CHECK (window_end >= window_start);"
        ),
        object="scheduling_requests_window_order",
    ),
    Change(
        name="a check accepts one more status",
        sql=(
            "ALTER TABLE public.bookings DROP CONSTRAINT bookings_status_check, ADD CONSTRAINT "
            "bookings_status_check CHECK (status IN ('confirmed', 'rescheduled', 'cancelled', 'no_show'));"
        ),
        object="bookings_status_check",
    ),
    Change(
        name="a check is not validated",
        sql=(
            "ALTER TABLE public.sync_jobs DROP CONSTRAINT sync_jobs_attempts_bounds, "
            "ADD CONSTRAINT sync_jobs_attempts_bounds "
            "CHECK (attempts >= 0 AND attempts <= max_attempts) NOT VALID;"
        ),
        object="sync_jobs_attempts_bounds",
    ),
    Change(
        name="a check that the models do not know",
        sql=(
            "ALTER TABLE public.audit_logs ADD CONSTRAINT audit_logs_known_actions "
            "CHECK (action IN ('booked', 'cancelled'));"
        ),
        object="audit_logs_known_actions",
    ),
    Change(
        name="a check is renamed, and errors with it",
        sql=("ALTER TABLE public.webhook_events RENAME CONSTRAINT webhook_events_attempts_bounds TO bounds;"),
        object="webhook_events_attempts_bounds",
    ),
    Change(
        name="history is deleted with its booking",
        sql=(
            "ALTER TABLE public.audit_logs DROP CONSTRAINT audit_logs_booking_id_fkey, "
            "ADD CONSTRAINT audit_logs_booking_id_fkey FOREIGN KEY (booking_id) "
            "REFERENCES public.bookings (id) ON DELETE CASCADE;"
        ),
        object="audit_logs_booking_id_fkey",
        found_by=("check", "contract"),
        case="foreign_keys.deleting_a_booking_keeps_the_link_to_its_request",
    ),
    Change(
        name="a foreign key no longer cascades",
        sql=(
            "ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey, "
            "ADD CONSTRAINT bookings_request_id_fkey FOREIGN KEY (request_id) "
            "REFERENCES public.scheduling_requests (id);"
        ),
        object="bookings_request_id_fkey",
    ),
    Change(
        name="a foreign key is dropped",
        sql="ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey;",
        object="bookings_request_id_fkey",
    ),
    Change(
        name="a foreign key is checked at the end of the transaction only",
        sql=(
            "ALTER TABLE public.audit_logs ALTER CONSTRAINT audit_logs_request_id_fkey "
            "DEFERRABLE INITIALLY DEFERRED;"
        ),
        object="audit_logs_request_id_fkey",
    ),
    Change(
        name="a foreign key is not validated",
        sql=(
            "ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey, "
            "ADD CONSTRAINT bookings_request_id_fkey FOREIGN KEY (request_id) "
            "REFERENCES public.scheduling_requests (id) ON DELETE CASCADE NOT VALID;"
        ),
        object="bookings_request_id_fkey",
    ),
    Change(
        name="all triggers of a table are disabled, those of foreign keys with them",
        sql="ALTER TABLE public.bookings DISABLE TRIGGER ALL;",
        object="bookings_request_id_fkey",
        superuser=True,
    ),
)
