-- Webhook events as an application has them, in the order of their ids: about 300 bytes each.
INSERT INTO webhook_events (
  id, tenant_id, provider, event_id, payload_hash, event_type, payload, signature, verified, status,
  attempts, run_after, processed_at, created_at, updated_at
)
SELECT
  md5(n::text)::uuid,
  CASE WHEN mod(n, 3) > 0 THEN 'tenant-' || mod(n, 50) END,
  'icims',
  'evt-' || n,
  md5('payload ' || n),
  'candidate.updated',
  jsonb_build_object('candidate', n, 'name', 'Zoë ' || n, 'score', mod(n, 100), 'tags', jsonb_build_array('a', 'b')),
  md5('signature ' || n),
  mod(n, 2) = 0,
  'processed',
  1,
  timestamptz '2026-01-01' + n * interval '1.000001 s',
  timestamptz '2026-01-02' + n * interval '1.000003 s',
  timestamptz '2025-01-01' + n * interval '1.000007 s',
  timestamptz '2025-01-02' + n * interval '1.000009 s'
FROM generate_series(1, %(rows)s::bigint) AS n
ORDER BY 1
