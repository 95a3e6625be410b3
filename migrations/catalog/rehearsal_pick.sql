-- The rows that are spoiled on purpose: one of each table that has rows, two where values are exchanged.
CREATE TEMP TABLE spoiled AS
(SELECT 'scheduling_requests' AS table_name, id, 'changed' AS kind, 'expires_at' AS column_name
  FROM public.scheduling_requests WHERE expires_at < '9999-01-01' ORDER BY id DESC LIMIT 1)
UNION ALL
(SELECT 'bookings', id, 'changed', 'cancellation_reason' FROM public.bookings ORDER BY id LIMIT 1)
UNION ALL
(SELECT 'audit_logs', id, 'changed', 'payload' FROM public.audit_logs ORDER BY id LIMIT 1)
UNION ALL
(SELECT 'sync_jobs', id, 'missing', NULL FROM public.sync_jobs ORDER BY id LIMIT 1)
UNION ALL
(SELECT 'webhook_events', unnest(ARRAY[x.id, y.id]), 'changed', 'last_error'
  FROM (SELECT id FROM public.webhook_events WHERE last_error IS NULL ORDER BY id LIMIT 1) AS x,
    (SELECT id FROM public.webhook_events WHERE last_error IS NOT NULL ORDER BY id LIMIT 1) AS y)
UNION ALL
(SELECT 'reconciliation_jobs', '5b011ed0-5b01-4ed0-8b01-5b011ed05b01'::uuid, 'extra', NULL
  FROM public.reconciliation_jobs LIMIT 1)
