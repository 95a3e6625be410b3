-- ops_summary: the numbers of the operations page, in one statement and so of one moment.
--
-- {"counts": {table: {status: n}}, "needs_attention": n, "due": {queue: n}}: every status that the table's CHECK
-- accepts is there, with 0 if no row has it; "due" counts what a claim would return, exhausted rows left out.
CREATE FUNCTION public.ops_summary() RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = ''
AS $$
  WITH moment AS MATERIALIZED (
    SELECT clock_timestamp() AS now
  ), statuses (relation, status) AS (
    VALUES
      ('scheduling_requests', 'pending'), ('scheduling_requests', 'booked'), ('scheduling_requests', 'rescheduled'),
      ('scheduling_requests', 'cancelled'), ('scheduling_requests', 'expired'),
      ('bookings', 'confirmed'), ('bookings', 'rescheduled'), ('bookings', 'cancelled'),
      ('sync_jobs', 'pending'), ('sync_jobs', 'processing'), ('sync_jobs', 'completed'), ('sync_jobs', 'failed'),
      ('webhook_events', 'received'), ('webhook_events', 'processing'), ('webhook_events', 'processed'),
      ('webhook_events', 'failed'),
      ('reconciliation_jobs', 'pending'), ('reconciliation_jobs', 'processing'),
      ('reconciliation_jobs', 'completed'), ('reconciliation_jobs', 'failed'),
      ('reconciliation_jobs', 'requires_attention')
  ), found (relation, status, n) AS (
    SELECT 'scheduling_requests', status, count(*) FROM public.scheduling_requests GROUP BY status
    UNION ALL SELECT 'bookings', status, count(*) FROM public.bookings GROUP BY status
    UNION ALL SELECT 'sync_jobs', status, count(*) FROM public.sync_jobs GROUP BY status
    UNION ALL SELECT 'webhook_events', status, count(*) FROM public.webhook_events GROUP BY status
    UNION ALL SELECT 'reconciliation_jobs', status, count(*) FROM public.reconciliation_jobs GROUP BY status
  ), per_table (relation, counts) AS (
    SELECT statuses.relation, jsonb_object_agg(statuses.status, coalesce(found.n, 0))
    FROM statuses LEFT JOIN found ON found.relation = statuses.relation AND found.status = statuses.status
    GROUP BY statuses.relation
  )
  SELECT jsonb_build_object(
    'counts', (SELECT jsonb_object_agg(relation, counts) FROM per_table),
    'needs_attention', (SELECT count(*) FROM public.scheduling_requests WHERE needs_attention = true),
    'due', jsonb_build_object(
      'sync_jobs', (
        SELECT count(*) FROM public.sync_jobs
        WHERE status IN ('pending', 'processing') AND attempts < max_attempts
          AND run_after <= (SELECT moment.now FROM moment)
      ),
      'webhook_events', (
        SELECT count(*) FROM public.webhook_events
        WHERE status IN ('received', 'processing') AND attempts < max_attempts
          AND run_after <= (SELECT moment.now FROM moment)
      ),
      'reconciliation_jobs', (
        SELECT count(*) FROM public.reconciliation_jobs
        WHERE status IN ('pending', 'processing') AND attempts < max_attempts
          AND run_after <= (SELECT moment.now FROM moment)
      )
    )
  );
$$;

REVOKE ALL ON FUNCTION public.ops_summary() FROM PUBLIC, anon, authenticated;
GRANT EXECUTE ON FUNCTION public.ops_summary() TO service_role;
