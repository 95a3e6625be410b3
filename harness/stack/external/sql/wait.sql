-- Waits for calls that are changing these rows: what they add is seen by the next statement, and then no more.
WITH requests AS (
  SELECT id FROM public.scheduling_requests WHERE id = ANY (%(requests)s::uuid[]) FOR UPDATE
), bookings AS (
  SELECT id FROM public.bookings
  WHERE id = ANY (%(bookings)s::uuid[]) OR request_id = ANY (%(requests)s::uuid[]) FOR UPDATE
)
SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM bookings)
