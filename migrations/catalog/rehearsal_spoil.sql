-- A microsecond too many.
UPDATE public.scheduling_requests SET expires_at = expires_at + interval '1 microsecond'
WHERE id IN (SELECT id FROM spoiled WHERE table_name = 'scheduling_requests');

-- An empty text for NULL, or the other way round.
UPDATE public.bookings SET cancellation_reason = CASE WHEN cancellation_reason IS NULL THEN '' END
WHERE id IN (SELECT id FROM spoiled WHERE table_name = 'bookings');

-- A document that is another one in a single number, behind the digits of a double.
UPDATE public.audit_logs SET payload = jsonb_build_array(payload, 9007199254740993)
WHERE id IN (SELECT id FROM spoiled WHERE table_name = 'audit_logs');

-- A row too few.
DELETE FROM public.sync_jobs WHERE id IN (SELECT id FROM spoiled WHERE table_name = 'sync_jobs');

-- Two rows with each other's value: counts and sums stay equal.
UPDATE public.webhook_events AS event SET last_error = other.last_error
FROM public.webhook_events AS other
WHERE event.id <> other.id
  AND event.id IN (SELECT id FROM spoiled WHERE table_name = 'webhook_events')
  AND other.id IN (SELECT id FROM spoiled WHERE table_name = 'webhook_events');

-- A row too many.
INSERT INTO public.reconciliation_jobs
SELECT (jsonb_populate_record(job, jsonb_build_object('id', spoiled.id))).*
FROM public.reconciliation_jobs AS job, spoiled
WHERE spoiled.table_name = 'reconciliation_jobs'
LIMIT 1;
