-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: idempotency key dropped
-- finds: unique.webhook_events.webhook_events_provider_event_id_key
ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;

-- case: idempotency key deferrable
-- finds: unique.webhook_events.webhook_events_provider_event_id_key
ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;
ALTER TABLE public.webhook_events ADD CONSTRAINT webhook_events_provider_event_id_key
  UNIQUE (provider, event_id) DEFERRABLE;

-- case: idempotency key with the tenant
-- finds: unique.webhook_events.webhook_events_provider_event_id_key
ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;
ALTER TABLE public.webhook_events ADD CONSTRAINT webhook_events_provider_event_id_key
  UNIQUE (tenant_id, provider, event_id);

-- case: unique key renamed
-- finds: unique.scheduling_requests.scheduling_requests_public_token_hash_key
ALTER TABLE public.scheduling_requests
  RENAME CONSTRAINT scheduling_requests_public_token_hash_key TO token;

-- case: one active booking dropped
-- finds: unique.bookings.bookings_one_active_per_request
DROP INDEX public.bookings_one_active_per_request;

-- case: one active booking with another condition
-- finds: unique.bookings.bookings_one_active_per_request
DROP INDEX public.bookings_one_active_per_request;
CREATE UNIQUE INDEX bookings_one_active_per_request ON public.bookings (request_id)
  WHERE status = 'confirmed';

-- case: unique key that refuses more
-- finds: unique.bookings.one_per_slot
CREATE UNIQUE INDEX one_per_slot ON public.bookings (scheduled_start);

-- case: index dropped
-- finds: index.sync_jobs.run_after_id
DROP INDEX public.idx_sync_jobs_due;

-- case: index does not lead with the order
-- finds: index.bookings.booked_at_id
DROP INDEX public.idx_bookings_booked_at_id;
CREATE INDEX idx_bookings_booked_at_id ON public.bookings (booked_at);

-- case: index for some rows only
-- finds: index.bookings.request_id
DROP INDEX public.idx_bookings_request_id;
CREATE INDEX idx_bookings_request_id ON public.bookings (request_id) WHERE status = 'confirmed';
