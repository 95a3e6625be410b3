-- All runs, the newest first.
SELECT
  r.run_id::text AS run_id,
  r.state,
  r.started_at,
  r.ended_at,
  r.source,
  r.source_fingerprint,
  r.rows_per_segment,
  r.system_identifier,
  r.database_oid::bigint AS database_oid,
  coalesce((
    SELECT max(abs(pg_catalog.pg_current_xact_id()::text::numeric - s.xid::text::numeric))
    FROM parity_migration.segments AS s WHERE s.run_id = r.run_id
  ), 0)::bigint AS age,
  (
    SELECT coalesce(sum(s.inserted), 0) FROM parity_migration.segments AS s
    WHERE s.run_id = r.run_id AND s.rolled_back_at IS NULL
  )::bigint AS inserted
FROM parity_migration.runs AS r
ORDER BY r.started_at DESC, r.run_id
