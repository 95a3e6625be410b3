-- For a library that cannot compare jsonb.
CREATE VIEW webhook_events_as_text AS
SELECT
  id, tenant_id, provider, event_id, payload_hash, event_type, payload::text AS payload, signature, verified,
  status, attempts, max_attempts, last_error, run_after, processed_at, created_at, updated_at
FROM webhook_events
