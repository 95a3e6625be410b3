-- The rows that hang on these requests and bookings, with their tables. The functions of the scheduler add audit
-- entries and jobs whose ids they choose themselves; and with a request go its bookings.
WITH hanging AS (
  SELECT id FROM public.bookings
  WHERE id = ANY (%(bookings)s::uuid[]) OR request_id = ANY (%(requests)s::uuid[])
)
SELECT 'bookings', id::text FROM hanging
UNION ALL
SELECT 'audit_logs', id::text FROM public.audit_logs
WHERE request_id = ANY (%(requests)s::uuid[]) OR booking_id = ANY (%(bookings)s::uuid[])
   OR booking_id IN (SELECT id FROM hanging)
UNION ALL
SELECT 'sync_jobs', id::text FROM public.sync_jobs
WHERE entity_id = ANY (%(requests)s::text[]) OR entity_id = ANY (%(bookings)s::text[])
   OR entity_id IN (SELECT id::text FROM hanging)
